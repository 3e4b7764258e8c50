// PURE. What is told to code that an execution left running when it ended.
import { TroupeError } from './errors'

/** A loop that goes on whatever is thrown would else leave its process no turn. */
const PAUSE_MS = 100

export function executionEnded(): TroupeError {
  const hint = 'an agent waits for all that it starts before it returns or throws'
  return new TroupeError('Cancelled', 'its execution has ended: what it left running goes no further', { hint })
}

/** Fails, after a moment. */
export async function refuseAfterEnd(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  throw executionEnded()
}
