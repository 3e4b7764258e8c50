// HOST. The handle of one run: wait for it, read it, follow it, tell it something, cancel it. Works from any process.
import { messageOf, TroupeError } from '../contract/errors'
import type { AgentEvent, EventFilter } from '../contract/event'
import { HistoryRoom, type HistoryMeasure } from '../contract/history-room'
import type { PublishInput } from '../contract/messages'
import { placeOfActivity, PUBLISH_SIGNAL } from '../contract/names'
import { choicesHint } from '../contract/nearest'
import type { AgentResult, SubtaskRow } from '../contract/run'
import { isEnded } from '../contract/run/run-state'
import { PublishLine } from '../contract/publish-line'
import { publishProblem } from '../contract/run/publish'
import type { RecordedCall } from '../contract/model-answer'
import { spentBy, totalsOf } from '../contract/run/spending'
import { recordedCalls } from './calls'
import { withOutput } from './documents'
import { explained } from './errors'
import { EventFeed } from './event-feed'
import { modelCalls, type ModelCall } from './model-calls'
import { WayGiver } from './give-way'
import { readAllEvents, readEvents } from './event-pages'
import { outcomeOf, RunFailedError, type RunOutcome } from './outcome'
import { resultOf, resultsSoFar, type RunResults } from './results'
import { RunCommands } from './run-commands'
import { viewRun, type RunView } from './run-view'
import { CALL_TIMEOUT_MS, errorContext, withTimeout } from './scope'
import { runStatus, type RunStatusReport } from './status'
import { hasEnded } from './updates'

export class Run extends RunCommands {
  private readonly room = new HistoryRoom()
  private readonly way = new WayGiver()
  private readonly line = new PublishLine((events) => this.send(events))

  /**
   * Waits for the end.
   *
   * @throws RunFailedError (`RunFailed`, `Cancelled`, `InvalidPlan`, `BudgetExceeded`, `TestsFailed`, a model's code) whose `outcome` holds all results
   */
  async result(): Promise<RunOutcome> {
    const outcome = await this.outcome()
    if (outcome.status !== 'succeeded') throw new RunFailedError(outcome)
    return outcome
  }

  /** Waits for the end, and returns it also if the run failed or was cancelled. */
  async outcome(): Promise<RunOutcome> {
    await this.closed()
    return this.explained(async () => outcomeOf(this.scope, await viewRun(this.scope, this.id)))
  }

  /** The run as it stands, with what it waits for. Answers within 5 s, also if no worker runs. */
  async status(): Promise<RunStatusReport> {
    return this.explained(async () => runStatus(this.scope, await viewRun(this.scope, this.id)))
  }

  /** The results so far; of a closed run all that it left. */
  async results(): Promise<RunResults> {
    return this.explained(async () => {
      const view = await viewRun(this.scope, this.id)
      const { runId, status, counts, startedAt, notes } = view
      if (status !== 'running' && status !== 'preparing') return { ...(await outcomeOf(this.scope, view)), notes }
      const { succeeded, failed, skipped, cancelled } = counts
      const results = await resultsSoFar(this.scope, view)
      const durationMs = Math.max(0, Date.now() - Date.parse(startedAt))
      const live = await runStatus(this.scope, view)
      const totals = { ...totalsOf([live]), spentBy: spentBy(live.subtasks) }
      return { runId, status, counts: { succeeded, failed, skipped, cancelled }, results, durationMs, ...totals, notes }
    })
  }

  /**
   * One subtask's result, also of an open run.
   *
   * @returns undefined if the subtask has not ended
   * @throws TroupeError `SubtaskNotFound`
   */
  async task(subtask: string): Promise<AgentResult | undefined> {
    return this.explained(async () => {
      const view = await viewRun(this.scope, this.id)
      const row = rowOf(view, subtask)
      if (!isEnded(row.state)) return undefined
      return withOutput(this.scope.store, await resultOf(this.scope, view, row))
    })
  }

  /** All model calls so far whose answers were recorded, ordered by subtask, logical attempt and number. */
  async calls(): Promise<RecordedCall[]> {
    return this.explained(async () => recordedCalls(this.scope.store, (await viewRun(this.scope, this.id)).run))
  }

  /**
   * The model calls of a subtask, or of all, without what was said: tokens, cost and time of each, also of one that still
   * runs, and of those that were not answered.
   *
   * @throws TroupeError `SubtaskNotFound`
   */
  async modelCalls(subtask?: string): Promise<ModelCall[]> {
    return this.explained(async () => {
      const view = await viewRun(this.scope, this.id)
      if (subtask !== undefined) rowOf(view, subtask)
      const running = new Set(view.subtasks.flatMap(({ id, state }) => (state === 'running' ? [id] : [])))
      return modelCalls(this.scope.store, view.run, (id) => running.has(id), subtask)
    })
  }

  /** Events as they come, in order, none twice, until the run is closed: `for await (const event of run.events())`. */
  events(filter: EventFilter = {}): AsyncIterableIterator<AgentEvent> {
    return this.feed().follow(checkFilter(filter))
  }

  /**
   * Calls `handler` for each event of a type (`*` for all) from the run's first one on; returns what ends that.
   * A handler's failure goes to `onError` and disturbs nobody else.
   */
  subscribe(
    type: string,
    handler: (event: AgentEvent) => void | Promise<void>,
    onError: (error: unknown) => void = reportError,
  ): () => void {
    const events = this.events(type === '*' ? {} : { type })
    const deliver = async (): Promise<void> => {
      for await (const event of events) {
        try {
          await handler(event)
        } catch (error) {
          onError(error)
        }
      }
    }
    deliver().catch(onError)
    return () => void events.return?.()
  }

  /** All events so far that match. */
  async getEventLog(filter: EventFilter = {}): Promise<AgentEvent[]> {
    return this.explained(() => readAllEvents(this.scope, this.id, checkFilter(filter)))
  }

  /**
   * Adds an event to the log; resolves when Temporal has it.
   *
   * @throws TroupeError `InvalidInput` for what the log would refuse, `EventLimitExceeded` if the run's history has no
   * room for it, `RunNotFound` if the run is closed
   */
  async publish(event: PublishInput): Promise<void> {
    const problem = publishProblem(event)
    if (problem !== undefined) throw new TroupeError('InvalidInput', problem)
    await this.line.publish(event)
  }

  /**
   * Asks for the run's cancellation; what is in flight is told to end.
   *
   * @throws TroupeError `RunNotFound` if the run is closed
   */
  async cancel(): Promise<void> {
    // Temporal takes it for a closed run too, and does nothing
    await this.refuseIfClosed()
    await this.inTime(() => this.handle().cancel())
  }

  /** Resolves when the run has closed, however. */
  async closed(): Promise<void> {
    await this.explained(async () => {
      await this.handle().describe()
      await this.handle()
        .result()
        .catch((error: unknown) => {
          if ((error as { name?: string }).name !== 'WorkflowFailedError') throw error
        })
    })
  }

  private async send(events: PublishInput[]): Promise<void> {
    // Temporal answers for a run that has closed as for one that never was
    const ask = () => this.refuseIfClosed()
    await this.way.giveWay(events.length, await this.room.require(this.id, ask), ask)
    await this.inTime(() => this.handle().signal(PUBLISH_SIGNAL, events)).catch(async (error: unknown) => {
      await this.refuseIfClosed()
      throw error
    })
  }

  private async refuseIfClosed(): Promise<HistoryMeasure> {
    const description = await this.inTime(() => this.handle().describe())
    const { status, historyLength, historySize, raw } = description
    const isBusy = (raw.pendingActivities ?? []).some(({ activityId }) => placeOfActivity(activityId) !== undefined)
    const isBehind = (raw.pendingWorkflowTask?.attempt ?? 1) > 1
    if (status.name === 'RUNNING')
      return { historyLength, isBusy, isBehind, ...(historySize === undefined ? {} : { historySize }) }
    throw hasEnded(this.id, status.name)
  }

  private inTime<Value>(call: () => Promise<Value>): Promise<Value> {
    return this.explained(() => withTimeout(this.scope, CALL_TIMEOUT_MS, call))
  }

  private handle() {
    return this.scope.client.workflow.getHandle(this.id)
  }

  /** All handles of a run in this process share one poll. */
  private feed(): EventFeed {
    const { feeds } = this.scope
    const known = feeds.get(this.id)
    if (known) return known
    const read = (filter: EventFilter) => this.explained(() => readEvents(this.scope, this.id, filter))
    const feed = new EventFeed(read, () => feeds.delete(this.id))
    feeds.set(this.id, feed)
    return feed
  }

  private explained<Value>(call: () => Promise<Value>): Promise<Value> {
    return explained(errorContext(this.scope, this.id), call)
  }
}

function reportError(error: unknown): void {
  console.error(`troupe: a subscriber failed: ${messageOf(error)}`)
}

function checkFilter(filter: EventFilter): EventFilter {
  const { since } = filter
  if (since === undefined || !Number.isNaN(Date.parse(since))) return filter
  throw new TroupeError('InvalidInput', `${JSON.stringify(since)} is no time`, {
    hint: 'for example 2026-01-31T12:00:00Z',
  })
}

/** @throws TroupeError `SubtaskNotFound` */
function rowOf({ runId, subtasks }: RunView, subtask: string): SubtaskRow {
  const row = subtasks.find(({ id }) => id === subtask)
  if (row) return row
  const ids = subtasks.map(({ id }) => id)
  throw new TroupeError('SubtaskNotFound', `the run "${runId}" has no subtask "${subtask}"`, {
    hint: choicesHint(subtask, ids, 'subtasks'),
  })
}
