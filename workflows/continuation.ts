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
  /** Nothing is started, in the hope of a quiet moment; until that has taken too long. */
  private quiet?: 'waited for' | 'given up'

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

  /** Whether the run should continue as new at the next quiet moment. */
  isDue(): boolean {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo()
    const suggested = continueAsNewSuggested && this.nextEvents === this.everyEvents
    return historyLength >= this.nextEvents || historySize >= this.nextBytes || suggested || this.mustDrain()
  }

  /**
   * Whether nothing is to be started, so that such a moment comes. Past the soft threshold for at most two seconds, and
   * again after as many events; past the hard one until everything that is in flight has ended.
   */
  holdsBack(): boolean {
    if (this.mustDrain()) return true
    if (this.quiet === undefined) {
      this.quiet = 'waited for'
      void CancellationScope.nonCancellable(() => sleep(QUIET_MS)).then(() => {
        this.quiet = 'given up'
        this.wake()
      })
    }
    if (this.quiet === 'waited for') return true
    const { historyLength, historySize } = workflowInfo()
    this.quiet = undefined
    this.nextEvents = historyLength + this.everyEvents
    this.nextBytes = historySize + CONTINUE_AFTER_BYTES
    return false
  }

  private mustDrain(): boolean {
    const { historyLength, historySize } = workflowInfo()
    if (historyLength >= DRAIN_AFTER_EVENTS || historySize >= DRAIN_AFTER_BYTES) return true
    return this.signals >= DRAIN_AFTER_SIGNALS || this.updates >= DRAIN_AFTER_UPDATES
  }
}
