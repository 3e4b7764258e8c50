// HOST. The orchestrator's activities in a history, as transitions of the run's state.
import type { LoadedDataConverter, Payload } from '@temporalio/common'
import { messageOf } from '../contract/errors'
import type {
  AgentExecution,
  CheckedChange,
  FailureDetails,
  Reacted,
  SuspendedExecution,
  Verdict,
} from '../contract/activity-messages'
import { placeOfActivity, type SubtaskActivity } from '../contract/names'
import { applyFailure } from '../contract/run/failure'
import type { RunState } from '../contract/run/run-state'
import type { HistoryEvent } from './history-view'
import type { HistoryChanges } from './history-changes'
import { decodeFailure, decodePayload } from './payloads'

/** How one ended: with a payload, or with a failure. */
interface Ending {
  result?: Payload | null | undefined
  failure?: unknown
  cancelled?: Payload | null | undefined
}

type End = (ending: Ending) => Promise<void>

export class HistoryActivities {
  /** What its end means, by the id of the event that scheduled it. */
  private readonly underWay = new Map<string, End>()
  private closing = false

  constructor(
    private readonly converter: LoadedDataConverter,
    /** Filled with what executions left, by place. */
    private readonly executions: Map<number, AgentExecution>,
    private readonly changes: HistoryChanges,
  ) {}

  async apply(state: RunState, event: HistoryEvent): Promise<void> {
    const scheduled = event.activityTaskScheduledEventAttributes
    if (scheduled) {
      const end = this.begin(state, scheduled.activityId ?? '', scheduled.activityType?.name ?? '')
      if (end) this.underWay.set(String(event.eventId), end)
      return
    }
    const completed = event.activityTaskCompletedEventAttributes
    const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes
    const cancelled = event.activityTaskCanceledEventAttributes
    const end = this.underWay.get(String((completed ?? failed ?? cancelled)?.scheduledEventId))
    if (!end) return
    if (completed) return end({ result: completed.result?.payloads?.[0] ?? null })
    if (failed) return end({ failure: await decodeFailure(this.converter, failed.failure) })
    return end({ cancelled: cancelled?.details?.payloads?.[0] ?? null })
  }

  private begin(state: RunState, id: string, type: string): End | undefined {
    const of = (activity: SubtaskActivity): number | undefined => placeOfActivity(id, activity)
    const [execution, evaluation, kept] = [of('subtask'), of('evaluate'), of('keep')]
    if (execution !== undefined) {
      // It was ready, or nothing would have been scheduled
      state.subtasks.queue.withdraw(execution)
      state.started(execution)
      return (ending) => this.executed(state, execution, ending)
    }
    if (evaluation !== undefined) {
      state.evaluations.begun(evaluation)
      return (ending) =>
        this.ended<Verdict>(state, evaluation, ending, (verdict) => state.evaluations.ended(evaluation, verdict))
    }
    if (kept !== undefined) {
      state.requests.next()
      return (ending) =>
        this.ended<AgentExecution>(state, kept, ending, (execution) => state.requests.kept(kept, execution))
    }
    if (type === 'react') {
      state.reactions.next()
      return async ({ result, failure }) => {
        const made = await decodePayload<Reacted>(this.converter, result)
        if (made) state.reactions.made(made.fragment)
        else state.reactions.failed(messageOf(failure))
      }
    }
    if (type === 'checkChange')
      return async ({ result }) => this.changes.checked(await decodePayload<CheckedChange>(this.converter, result))
    if (type === 'closeRun' && !this.closing) {
      this.closing = true
      state.end()
    }
    return undefined
  }

  private async executed(state: RunState, place: number, ending: Ending): Promise<void> {
    await this.ended<AgentExecution | SuspendedExecution>(state, place, ending, (execution) => {
      if (!('suspended' in execution)) this.executions.set(place, execution)
      state.returned(place, execution)
    })
  }

  private async ended<Result>(
    state: RunState,
    place: number,
    { result, failure, cancelled }: Ending,
    succeeded: (result: Result) => void,
  ): Promise<void> {
    if (result !== undefined) succeeded((await decodePayload<Result>(this.converter, result))!)
    else if (failure !== undefined) applyFailure(state, place, failure)
    else {
      const told = await decodePayload<FailureDetails>(this.converter, cancelled)
      state.failed(place, { code: 'Cancelled', message: 'it was cancelled while it ran', retryable: false }, told)
    }
  }
}
