// WORKFLOW. When a run continues as new, so that its history never reaches Temporal's limits.
import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow'
import {
  CONTINUE_AFTER_BYTES,
  CONTINUE_AFTER_EVENTS,
  DRAIN_AFTER_BYTES,
  DRAIN_AFTER_EVENTS,
  DRAIN_AFTER_SIGNALS,
  DRAIN_AFTER_UPDATES,
  QUIET_MS,
} from '../src/contract/limits'

export class Continuation {
  /** Signals and updates that this link has had. */
  signals = 0
  updates = 0
  private everyEvents = CONTINUE_AFTER_EVENTS
  private nextEvents = CONTINUE_AFTER_EVENTS
  private nextBytes = CONTINUE_AFTER_BYTES
  /** Until when nothing is started, in the hope of a quiet moment. */
  private quietUntil?: number

  /** `wake` is called when a time of quiet has passed without success. */
  constructor(
    private readonly wake: () => void,
    everyEvents?: number,
  ) {
    this.look(everyEvents)
  }

  /** Another threshold, for trials. */
  look(everyEvents: number | undefined): void {
    if (everyEvents === undefined) return
    this.everyEvents = everyEvents
    this.nextEvents = everyEvents
  }

  /**
   * Whether nothing is to be started now. Past the soft threshold for at most two seconds, and again after as many events;
   * past the hard one until everything that is in flight has ended.
   */
  isDue(): boolean {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo()
    if (historyLength >= DRAIN_AFTER_EVENTS || historySize >= DRAIN_AFTER_BYTES) return true
    if (this.signals >= DRAIN_AFTER_SIGNALS || this.updates >= DRAIN_AFTER_UPDATES) return true
    if (this.quietUntil !== undefined) {
      if (Date.now() < this.quietUntil) return true
      this.quietUntil = undefined
      this.nextEvents = historyLength + this.everyEvents
      this.nextBytes = historySize + CONTINUE_AFTER_BYTES
      return false
    }
    const suggested = continueAsNewSuggested && this.nextEvents === this.everyEvents
    if (historyLength < this.nextEvents && historySize < this.nextBytes && !suggested) return false
    this.quietUntil = Date.now() + QUIET_MS
    void CancellationScope.nonCancellable(() => sleep(QUIET_MS)).then(this.wake)
    return true
  }
}
