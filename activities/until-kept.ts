// EFFECTS. Writes that cannot be left to the next attempt, which could not tell what happened. Nothing else is tried again here:
// retries are Temporal's.
import { asTroupeError } from '../src/contract/errors'
import { rest } from './rest'

/** Between tries: at first soon, since most stumbles are short, then seldom enough for a store that is overburdened. */
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000

/** What `write` returns, which is tried until it succeeds, the store says that it never will, or `ended` aborts. */
export async function untilKept<Value>(write: () => Promise<Value>, ended: AbortSignal): Promise<Value> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await write()
    } catch (error) {
      if (ended.aborted || asTroupeError(error)?.retryable === false) throw error
      await rest(pause, ended)
      if (ended.aborted) throw error
    }
  }
}
