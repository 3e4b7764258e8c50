// HOST. The events of a history in the order in which the workflow saw them.
import { defaultPayloadConverter } from '@temporalio/common'
import type { HistoryEvent } from './history-view'

/** One step: an event with the workflow's time, or, without one, a look at what is due by then. */
export interface Step {
  /** Milliseconds since the epoch. */
  at: number
  event?: HistoryEvent
  /** A workflow task has ended, and the order of what came before is the workflow's for certain. */
  isFinal?: true
}

/**
 * What arrived since the last workflow task is handed over with the next one: signals and updates first, which the
 * history tells after it, then the rest. What no workflow task has seen yet comes last, at its own time.
 */
export function byWorkflowTask(history: readonly HistoryEvent[]): Step[] {
  const steps: Step[] = []
  let arrived: HistoryEvent[] = []
  let taskStarted = 0
  const own = new Set<string>()
  let isCertain = true
  for (let index = 0; index < history.length; index++) {
    const event = history[index]!
    if (event.workflowExecutionStartedEventAttributes) steps.push({ at: timeOf(event), event })
    else if (event.workflowTaskStartedEventAttributes) taskStarted = timeOf(event)
    else if (event.workflowTaskCompletedEventAttributes) {
      const made = madeBy(history, index)
      const updates = made.filter((one) => one.workflowExecutionUpdateAcceptedEventAttributes)
      steps.push(...inOrder(arrived, updates).map((one) => ({ at: taskStarted, event: one })))
      // What the task itself put down, once it had seen all that. A local activity makes it last: the clock moves on
      const rest = made.filter((one) => !updates.includes(one))
      const at = Math.max(taskStarted, ...rest.map(localActivityEnd))
      for (const { eventId } of rest.filter(isOwnActivity)) own.add(String(eventId))
      isCertain &&= hasOneOrder([...arrived, ...updates], own)
      const end = isCertain ? { at, isFinal: true as const } : { at }
      steps.push({ at }, ...rest.map((event) => ({ at, event })), end)
      arrived = []
      index += made.length
    } else arrived.push(event)
  }
  const end = history.length > 0 ? timeOf(history.at(-1)!) : 0
  steps.push(...inOrder(arrived, []).map((event) => ({ at: end, event })), { at: end })
  return steps
}

/** Work of the orchestrator itself on a subtask: its end takes another way through the workflow than those of executions do. */
function isOwnActivity({ activityTaskScheduledEventAttributes: scheduled }: HistoryEvent): boolean {
  return scheduled ? /^(?!subtask-)[a-z]+-\d+$/.test(scheduled.activityId ?? '') : false
}

/** Whether what a task was handed can have been taken in one order only: signals come first; timers and own work race the rest. */
function hasOneOrder(handed: readonly HistoryEvent[], own: ReadonlySet<string>): boolean {
  const jobs = handed.filter((event) => endedActivity(event) !== undefined || isOtherJob(event))
  const races = (event: HistoryEvent): boolean =>
    Boolean(event.timerFiredEventAttributes) || own.has(String(endedActivity(event)))
  return jobs.length < 2 || !jobs.some(races)
}

function endedActivity(event: HistoryEvent): unknown {
  const { activityTaskCompletedEventAttributes: completed, activityTaskFailedEventAttributes: failed } = event
  const { activityTaskTimedOutEventAttributes: late, activityTaskCanceledEventAttributes: cancelled } = event
  return (completed ?? failed ?? late ?? cancelled)?.scheduledEventId ?? undefined
}

function isOtherJob(event: HistoryEvent): boolean {
  const { timerFiredEventAttributes: timer, workflowExecutionUpdateAcceptedEventAttributes: update } = event
  return Boolean(timer ?? update ?? event.workflowExecutionCancelRequestedEventAttributes)
}

function isSignal(event: HistoryEvent): boolean {
  return Boolean(event.workflowExecutionSignaledEventAttributes)
}

/** The events that a workflow task's completion made: they follow it at once. */
function madeBy(history: readonly HistoryEvent[], completed: number): HistoryEvent[] {
  const made: HistoryEvent[] = []
  for (let at = completed + 1; at < history.length; at++) {
    const event = history[at]!
    const isMade =
      event.workflowExecutionUpdateAcceptedEventAttributes ||
      event.workflowExecutionUpdateCompletedEventAttributes ||
      event.activityTaskScheduledEventAttributes ||
      event.activityTaskCancelRequestedEventAttributes ||
      event.timerStartedEventAttributes ||
      event.timerCanceledEventAttributes ||
      event.markerRecordedEventAttributes ||
      event.upsertWorkflowSearchAttributesEventAttributes ||
      event.workflowPropertiesModifiedEventAttributes
    if (!isMade) break
    made.push(event)
  }
  return made
}

function inOrder(arrived: readonly HistoryEvent[], updates: readonly HistoryEvent[]): HistoryEvent[] {
  return [...arrived.filter(isSignal), ...updates, ...arrived.filter((event) => !isSignal(event))]
}

function timeOf(event: HistoryEvent): number {
  return milliseconds(event.eventTime)
}

/** The SDK writes it into the marker of a local activity's result; 0 for other events. */
function localActivityEnd({ markerRecordedEventAttributes: marker }: HistoryEvent): number {
  const data = marker?.details?.['data']?.payloads?.[0]
  const told = data ? defaultPayloadConverter.fromPayload<{ complete_time?: Time | null }>(data) : undefined
  return milliseconds(told?.complete_time)
}

/** As protocol buffers write it. */
interface Time {
  seconds?: unknown
  nanos?: number | null
}

function milliseconds(time: Time | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6)
}
