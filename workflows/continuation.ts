// WORKFLOW. When a run continues as new, so that its history never reaches Temporal's limits.
import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow'
import {
  CALM_MS,
  CALM_PATIENCE_MS,
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
  updates = 0
  private signals = 0
  private lastSignalAt = 0
  /** Since when calm is waited for. */
  private restlessSince?: number
  private everyEvents = CONTINUE_AFTER_EVENTS
  /** Where nothing is started for a while again. */
  private nextEvents = CONTINUE_AFTER_EVENTS
  private nextBytes = CONTINUE_AFTER_BYTES
  /** Nothing is started, in the hope of a quiet moment; until that has taken too long. */
  private quiet?: 'waited for' | 'given up'

  /** `wake` is called when a time of quiet has passed without success. */
  constructor(private readonly wake: () => void) {}

  /** Another threshold, for trials. */
  look(everyEvents: number | undefined): void {
    if (everyEvents === undefined) return
    this.everyEvents = everyEvents
    this.nextEvents = everyEvents
  }

  signalled(): void {
    this.signals++
    this.lastSignalAt = Date.now()
  }

  /** Until when no attempt is made, since somebody is telling the run something all the time; undefined if it may be made now. */
  restlessUntil(): number | undefined {
    const now = Date.now()
    const calmAt = this.lastSignalAt + CALM_MS
    if (now >= calmAt) {
      this.restlessSince = undefined
      return undefined
    }
    this.restlessSince ??= now
    return now - this.restlessSince < CALM_PATIENCE_MS ? calmAt : undefined
  }

  /** Whether the run should continue as new at the next quiet moment. */
  isDue(): boolean {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo()
    const isLong = historyLength >= this.everyEvents || historySize >= CONTINUE_AFTER_BYTES
    return isLong || continueAsNewSuggested || this.mustDrain()
  }

  /**
   * Whether nothing is to be started, so that such a moment comes. Past the soft threshold for at most two seconds, and
   * again after as many events; past the hard one until everything that is in flight has ended.
   */
  holdsBack(): boolean {
    if (this.mustDrain()) return true
    const { historyLength, historySize } = workflowInfo()
    if (this.quiet === undefined && historyLength < this.nextEvents && historySize < this.nextBytes) return false
    if (this.quiet === undefined) {
      this.quiet = 'waited for'
      void CancellationScope.nonCancellable(() => sleep(QUIET_MS)).then(() => {
        this.quiet = 'given up'
        this.wake()
      })
    }
    if (this.quiet === 'waited for') return true
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
