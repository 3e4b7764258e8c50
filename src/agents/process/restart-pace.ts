// HOST. How fast processes of an agent are started again that end as they start: ever more slowly, and never silently.
import { asTroupeError, messageOf, TroupeError } from '../../contract/errors'
import { duration } from '../../contract/time'
import { FAILED_STARTS, MAX_RESTART_MS, RESTART_MS } from './limits'

export class RestartPace {
  #failures = 0
  #until = 0
  #failure: unknown

  constructor(private readonly agentName: string) {}

  /** Why processes cannot be started at the moment, or could not the last time. */
  get failing(): string | undefined {
    return this.#failures === 0 ? undefined : messageOf(this.#failure)
  }

  /** Milliseconds until the next start in advance; 0 for now. */
  get waitMs(): number {
    return Math.max(0, this.#until - Date.now())
  }

  succeeded(): void {
    this.#failures = 0
    this.#until = 0
  }

  failed(failure: unknown): void {
    this.#failure = failure
    // Several that were started together are one attempt
    if (this.waitMs > 0) return
    const pauseMs = Math.min(MAX_RESTART_MS, RESTART_MS * 2 ** this.#failures++)
    this.#until = Date.now() + pauseMs
    const times = this.#failures === 1 ? '' : ` (${this.#failures} times in a row)`
    console.error(
      `troupe: a process of agent "${this.agentName}" did not start${times}: ${messageOf(failure)}; the next one is started in ${duration(pauseMs)}`,
    )
  }

  /** What an execution fails with that would start one more process in vain; undefined if it may. */
  refusal(): TroupeError | undefined {
    const { waitMs } = this
    if (this.#failures < FAILED_STARTS || waitMs === 0) return undefined
    const { code = 'ProcessCrashed', hint, retryable = true } = asTroupeError(this.#failure) ?? {}
    const message = `${messageOf(this.#failure)} (${this.#failures} starts have failed in a row; the next is in ${duration(waitMs)})`
    return new TroupeError(code, message, { hint, retryable, ...(retryable ? { retryAfterMs: waitMs } : {}) })
  }
}
