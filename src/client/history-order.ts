// HOST. The events of a history in the order in which the workflow saw them.
import type { HistoryEvent } from './history-view'

/** One step: an event with the workflow's time, or, without one, the end of a workflow task. */
export interface Step {
  /** Milliseconds since the epoch. */
  at: number
  event?: HistoryEvent
}

/**
 * What arrived since the last workflow task is handed over with the next one: signals and updates first, which the
 * history tells after it, then the rest. What no workflow task has seen yet comes last, at its own time.
 */
export function byWorkflowTask(history: readonly HistoryEvent[]): Step[] {
  const steps: Step[] = []
  let arrived: HistoryEvent[] = []
  let taskStarted = 0
  for (let at = 0; at < history.length; at++) {
    const event = history[at]!
    if (event.workflowExecutionStartedEventAttributes) steps.push({ at: timeOf(event), event })
    else if (event.workflowTaskStartedEventAttributes) taskStarted = timeOf(event)
    else if (event.workflowTaskCompletedEventAttributes) {
      const made = madeBy(history, at)
      const updates = made.filter((one) => one.workflowExecutionUpdateAcceptedEventAttributes)
      steps.push(...inOrder(arrived, updates).map((one) => ({ at: taskStarted, event: one })))
      // What the task itself put down, once it had seen all that
      steps.push(...made.filter((one) => !updates.includes(one)).map((one) => ({ at: taskStarted, event: one })))
      steps.push({ at: taskStarted })
      arrived = []
      at += made.length
    } else arrived.push(event)
  }
  const end = history.length > 0 ? timeOf(history.at(-1)!) : 0
  steps.push(...inOrder(arrived, []).map((event) => ({ at: end, event })), { at: end })
  return steps
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
  const isSignal = (event: HistoryEvent): boolean => Boolean(event.workflowExecutionSignaledEventAttributes)
  return [...arrived.filter(isSignal), ...updates, ...arrived.filter((event) => !isSignal(event))]
}

function timeOf(event: HistoryEvent): number {
  const { seconds, nanos } = event.eventTime ?? {}
  return Number(seconds ?? 0) * 1000 + Math.floor((nanos ?? 0) / 1e6)
}
