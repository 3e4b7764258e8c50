// HOST. Ends an execution's wait: with its outcome, or at most five seconds after its signal has aborted.
import { TroupeError, messageOf } from '../contract/errors'

/** After an abort an agent has so long to put things in order. */
export const SETTLE_GRACE_MS = 5_000

/** Executions of this process that went on after they were given up. A promise that hangs cannot be ended from outside. */
let leaked = 0

/**
 * The outcome of `work`. Once `signal` has aborted, what it still returns within the grace counts,
 * and anything else ends as the signal's reason.
 */
export async function settle<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  let onAbort = (): void => undefined
  const givenUp = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => {
        leaked++
        reject(stillRunning(signal.reason))
      }, SETTLE_GRACE_MS)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, givenUp])
  } catch (error) {
    throw signal.aborted && !isLeak(error) ? signal.reason : error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

const leaks = new WeakSet<object>()

function isLeak(error: unknown): boolean {
  return typeof error === 'object' && error !== null && leaks.has(error)
}

function stillRunning(reason: unknown): TroupeError {
  const known = reason instanceof TroupeError ? reason : undefined
  const message = `${messageOf(reason)}; it ignored its signal and may run on (${leaked} such in this process)`
  const hint = 'pass context.signal on to what the agent waits for, or give it isolation: "process"'
  const error = new TroupeError(known?.code ?? 'AgentFailed', message, { hint, retryable: known?.retryable ?? true })
  leaks.add(error)
  return error
}
