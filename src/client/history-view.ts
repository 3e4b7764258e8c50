// HOST. A run rebuilt from its history, with no worker's help: the same state machine, driven by what Temporal recorded.
import type { LoadedDataConverter, Payload } from '@temporalio/common'
import type { temporal } from '@temporalio/proto'
import type { AgentEvent } from '../contract/event'
import type { AgentExecution, FailureDetails, PreparedRun } from '../contract/messages'
import { placeOfActivity } from '../contract/names'
import { acceptPublished } from '../contract/run/publish'
import { applyFailure } from '../contract/run/failure'
import { RunState, type NewEvent } from '../contract/run/run-state'
import { decodeFailure, decodePayload } from './payloads'

type HistoryEvent = temporal.api.history.v1.IHistoryEvent

/** What a history tells. Without `prepared` the plan was not checked yet, or was refused. */
export interface HistoryView {
  firstRunId: string
  startedAt: string
  prepared?: PreparedRun
  state?: RunState
  events: AgentEvent[]
  /** Outputs that the history holds, by place. */
  executions: Map<number, AgentExecution>
}

/**
 * Replays a history. Its order is the workflow's: what arrived since the last workflow task is handed over with the next
 * one, signals first. What no workflow task has seen yet comes last, at its own time.
 */
export async function viewHistory(
  workflowId: string,
  history: readonly HistoryEvent[],
  converter: LoadedDataConverter,
): Promise<HistoryView> {
  return await new Replay(workflowId, converter).run(history)
}

class Replay {
  private readonly view: HistoryView = { firstRunId: '', startedAt: '', events: [], executions: new Map() }
  private clock = 0
  private signals: HistoryEvent[] = []
  private others: HistoryEvent[] = []
  /** Place of the subtask by the id of the event that scheduled its execution. */
  private readonly scheduled = new Map<string, number>()
  private closing = false
  private published = 0

  constructor(
    private readonly workflowId: string,
    private readonly converter: LoadedDataConverter,
  ) {}

  async run(history: readonly HistoryEvent[]): Promise<HistoryView> {
    let taskStarted = 0
    for (const event of history) {
      if (event.workflowExecutionStartedEventAttributes) {
        this.view.startedAt = new Date(timeOf(event)).toISOString()
        this.view.firstRunId = event.workflowExecutionStartedEventAttributes.firstExecutionRunId ?? ''
      } else if (event.workflowTaskStartedEventAttributes) {
        taskStarted = timeOf(event)
      } else if (event.workflowTaskCompletedEventAttributes) {
        this.clock = taskStarted
        await this.handOver()
      } else if (event.workflowExecutionSignaledEventAttributes) {
        this.signals.push(event)
      } else if (event.markerRecordedEventAttributes) {
        await this.prepared(event)
      } else if (event.activityTaskScheduledEventAttributes) {
        this.wasScheduled(event)
      } else {
        this.others.push(event)
      }
    }
    this.clock = history.length > 0 ? timeOf(history.at(-1)!) : 0
    await this.handOver()
    return this.view
  }

  private async handOver(): Promise<void> {
    const { signals, others } = this
    this.signals = []
    this.others = []
    for (const event of signals) {
      const { signalName, input } = event.workflowExecutionSignaledEventAttributes!
      if (signalName === 'publish')
        this.append(acceptPublished(await decodePayload(this.converter, input?.payloads?.[0]), this.published++))
    }
    for (const event of others) await this.apply(event)
    this.view.state?.expire()
  }

  private async prepared(event: HistoryEvent): Promise<void> {
    const { details } = event.markerRecordedEventAttributes!
    const prepared = await decodePayload<PreparedRun>(this.converter, details?.result?.payloads?.[0])
    if (!prepared || this.view.state) return
    this.view.prepared = prepared
    this.view.state = new RunState(
      prepared.agents,
      () => this.clock,
      (emitted) => this.append(emitted),
    )
    this.view.state.begin(prepared.plan, prepared.team, prepared.nodes)
  }

  private wasScheduled(event: HistoryEvent): void {
    const { activityId, activityType } = event.activityTaskScheduledEventAttributes!
    const place = placeOfActivity(activityId)
    if (place !== undefined) {
      this.scheduled.set(String(event.eventId), place)
      this.view.state?.started(place)
    } else if (activityType?.name === 'closeRun' && !this.closing) {
      this.closing = true
      this.view.state?.close()
    }
  }

  private async apply(event: HistoryEvent): Promise<void> {
    const { state } = this.view
    if (!state) return
    if (event.workflowExecutionCancelRequestedEventAttributes) return state.cancel()
    const completed = event.activityTaskCompletedEventAttributes
    const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes
    const cancelled = event.activityTaskCanceledEventAttributes
    const place = this.scheduled.get(String((completed ?? failed ?? cancelled)?.scheduledEventId))
    if (place === undefined) return
    if (completed) {
      const execution = await decodePayload<AgentExecution>(this.converter, completed.result?.payloads?.[0] as Payload)
      this.view.executions.set(place, execution!)
      state.succeeded(place, execution!)
    } else if (failed) {
      applyFailure(state, place, await decodeFailure(this.converter, failed.failure))
    } else {
      const told = await decodePayload<FailureDetails>(this.converter, cancelled?.details?.payloads?.[0] as Payload)
      state.failed(place, { code: 'Cancelled', message: 'it was cancelled while it ran', retryable: false }, told)
    }
  }

  private append({ key, ...event }: NewEvent): void {
    const timestamp = new Date(this.clock).toISOString()
    this.view.events.push({ id: `${this.workflowId}#${key}`, timestamp, ...event, offset: this.view.events.length })
  }
}

function timeOf(event: HistoryEvent): number {
  const { seconds, nanos } = event.eventTime ?? {}
  return Number(seconds ?? 0) * 1000 + Math.floor((nanos ?? 0) / 1e6)
}
