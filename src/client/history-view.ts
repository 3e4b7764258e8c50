// HOST. A run rebuilt from its history, with no worker's help: the same state machine, driven by what Temporal recorded.
import type { LoadedDataConverter, Payload } from '@temporalio/common'
import type { temporal } from '@temporalio/proto'
import { isPausedAgents } from '../contract/control'
import type { AgentEvent, EventSegment } from '../contract/event'
import type { AgentExecution, PreparedRun } from '../contract/activity-messages'
import type { OrchestrateInput } from '../contract/messages'
import { AGENTS_SIGNAL, PUBLISH_SIGNAL } from '../contract/names'
import type { PausedAgents } from '../contract/people'
import type { CarriedRun } from '../contract/run/carried'
import { Published } from '../contract/run/publish'
import { RunState, type NewEvent, type Surroundings } from '../contract/run/run-state'
import { HistoryActivities } from './history-activities'
import { HistoryChanges } from './history-changes'
import { byWorkflowTask } from './history-order'
import { applyUpdate, type Accepted } from './history-updates'
import { decodePayload } from './payloads'

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent

/** What a history tells. Without `prepared` the plan was not checked yet, or was refused. */
export interface HistoryView {
  firstRunId: string
  startedAt: string
  prepared?: PreparedRun
  state?: RunState
  /** Sealed before the run continued as new; `events` come after them. */
  segments: EventSegment[]
  events: AgentEvent[]
  /** The offset of the last event of which the place is final. */
  settled: number
  /** Outputs that the history holds, by place. */
  executions: Map<number, AgentExecution>
}

/** Replays the history of a run's newest link. Its order is the workflow's, as far as it can be known. */
export async function viewHistory(
  workflowId: string,
  history: readonly HistoryEvent[],
  converter: LoadedDataConverter,
): Promise<HistoryView> {
  return await new Replay(workflowId, converter).run(history)
}

class Replay {
  private readonly view: HistoryView = {
    firstRunId: '',
    startedAt: '',
    segments: [],
    events: [],
    settled: -1,
    executions: new Map(),
  }
  private clock = 0
  private published = new Published()
  private open = false
  /** What came before the plan was checked. */
  private readonly early: AgentEvent[] = []
  private readonly paused: PausedAgents[] = []
  private readonly updates: Accepted[] = []
  /** Updates that were accepted and then refused all the same: they did nothing. */
  private readonly refused = new Set<string>()
  private readonly changes = new HistoryChanges()
  private readonly activities: HistoryActivities
  private readonly surroundings: Surroundings = {
    now: () => this.clock,
    emit: (event) => this.append(event),
    interrupt: () => undefined,
  }

  constructor(
    private readonly workflowId: string,
    private readonly converter: LoadedDataConverter,
  ) {
    this.activities = new HistoryActivities(converter, this.view.executions, this.changes)
  }

  async run(history: readonly HistoryEvent[]): Promise<HistoryView> {
    for (const { workflowExecutionUpdateCompletedEventAttributes: completed } of history)
      if (completed?.outcome?.failure) this.refused.add(String(completed.acceptedEventId))
    for (const { at, event, isFinal } of byWorkflowTask(history)) {
      this.clock = at
      if (event) await this.apply(event)
      else this.view.state?.expire()
      if (isFinal) this.view.settled = this.end - 1
    }
    return this.view
  }

  private async apply(event: HistoryEvent): Promise<void> {
    const { state } = this.view
    const signal = event.workflowExecutionSignaledEventAttributes
    const accepted = event.workflowExecutionUpdateAcceptedEventAttributes
    if (event.workflowExecutionStartedEventAttributes) await this.started(event)
    else if (event.markerRecordedEventAttributes)
      await this.prepared(event.markerRecordedEventAttributes.details?.result)
    else if (signal) await this.signalled(signal.signalName ?? '', signal.input?.payloads?.[0])
    else if (accepted) await this.accepted(accepted, String(event.eventId))
    else if (!state) await this.prepared(event.activityTaskCompletedEventAttributes?.result)
    else if (event.workflowExecutionCancelRequestedEventAttributes) state.cancel()
    else await this.activities.apply(state, event)
  }

  private async started(event: HistoryEvent): Promise<void> {
    const { firstExecutionRunId, input } = event.workflowExecutionStartedEventAttributes!
    this.view.startedAt = new Date(this.clock).toISOString()
    this.view.firstRunId = firstExecutionRunId ?? ''
    const [first, second, third] = input?.payloads ?? []
    // A plan that is too large for Temporal is in the store, which may be out of reach
    const told = await decodePayload<OrchestrateInput>(this.converter, first).catch(() => undefined)
    this.open = told?.open === true
    const known = await decodePayload<PreparedRun>(this.converter, second)
    const carried = await decodePayload<CarriedRun>(this.converter, third)
    if (!known || !carried) return
    this.view.startedAt = carried.startedAt
    this.view.prepared = known
    this.view.segments.push(...carried.segments)
    this.view.events.push(...carried.events)
    this.published = new Published(carried.published)
    this.view.settled = this.end - 1
    this.view.state = RunState.restore(known, carried.state, this.surroundings)
  }

  /** By the first activity, which was a local one in older versions. */
  private async prepared(result: { payloads?: Payload[] | null } | null | undefined): Promise<void> {
    const prepared = await decodePayload<PreparedRun>(this.converter, result?.payloads?.[0])
    if (!prepared || this.view.state) return
    this.view.prepared = prepared
    const state = RunState.begin(prepared, { ...this.surroundings, open: this.open })
    this.view.state = state
    for (const told of this.paused) state.pauses.pauseAgents(told)
    for (const event of this.early) state.observe(event)
    for (const update of this.updates) await applyUpdate(state, update, this.converter, this.changes)
  }

  private async accepted(update: Accepted, eventId: string): Promise<void> {
    if (this.refused.has(eventId)) return
    if (this.view.state) await applyUpdate(this.view.state, update, this.converter, this.changes)
    else this.updates.push(update)
  }

  private async signalled(name: string, payload: Payload | undefined): Promise<void> {
    const { state } = this.view
    const input = await decodePayload<unknown>(this.converter, payload)
    if (name === AGENTS_SIGNAL && isPausedAgents(input)) {
      if (state) state.pauses.pauseAgents(input)
      else this.paused.push(input)
    } else if (name === PUBLISH_SIGNAL) {
      for (const event of this.published.accept(input).map((one) => this.append(one))) {
        if (state) state.observe(event)
        else this.early.push(event)
      }
    }
  }

  /** The next event's offset. */
  private get end(): number {
    return (this.view.segments.at(-1)?.to ?? -1) + 1 + this.view.events.length
  }

  private append({ key, ...event }: NewEvent): AgentEvent {
    const timestamp = new Date(this.clock).toISOString()
    const placed = { id: `${this.workflowId}#${key}`, timestamp, ...event, offset: this.end }
    this.view.events.push(placed)
    return placed
  }
}
