// WORKFLOW. Leaves a trace in the history of each workflow task that logged something. When a run is replayed, the SDK takes a task
// without any command together with the next one (sdk-rust #1606): an update would come before what the earlier task had seen.
import { patched, upsertMemo, workflowInfo } from '@temporalio/workflow'
import { EVENTS_MEMO } from '../src/contract/names'

export class Trace {
  /**
   * Asked before anything else of a run: a replay may have the outcome of a local activity a task earlier than it was, where the
   * answer to a question that is asked after it is not known yet. Such runs have none: see `prepare`.
   */
  readonly isAskedFirst = patched('the plan is checked by a plain activity')
  private isLeft = this.isAskedFirst
  private events = 0
  private task = -1

  /** Where runs asked that were begun before it was asked at the start. */
  askAsBefore(): void {
    this.isLeft ||= patched('a trace of each task')
  }

  /** `events`: how many have been logged. Once in a task is enough. */
  leave(events: number): void {
    const task = workflowInfo().historyLength
    if (!this.isLeft || events === this.events || task === this.task) return
    this.events = events
    this.task = task
    upsertMemo({ [EVENTS_MEMO]: events })
  }
}
