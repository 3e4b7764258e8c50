// WORKFLOW. Leaves a trace in the history of each workflow task that logged something. When a run is replayed, the SDK takes a task
// without any command together with the next one (sdk-rust #1606): an update would come before what the earlier task had seen.
import { patched, upsertMemo, workflowInfo } from '@temporalio/workflow'
import { EVENTS_MEMO } from '../src/contract/names'

export class Trace {
  private readonly isLeft: boolean
  private events = 0
  private task = -1

  /** `isCertain`: all runs of this version leave one. Older ones have asked whether they do, at this very place. */
  constructor(isCertain: boolean) {
    this.isLeft = isCertain || patched('a trace of each task')
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
