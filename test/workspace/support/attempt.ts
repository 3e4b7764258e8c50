// One way out of the sandbox that a command tries, told by its effect: the canary in the output, a changed place, a visit at
// a listener, a hurt process. `works` are those that succeed without the sandbox: proof that the attempt is real.
import type { Neighbours } from './neighbours'
import type { Playground } from './playground'

export interface Scene {
  place: Playground
  neighbours: Neighbours
}

export interface Attempt {
  name: string
  /** A shell script; its working directory is the copy. */
  script(scene: Scene): string
  /** True if it came through, where its output alone can say so; the canary in it always does. */
  betrayed?(output: string): boolean
  /** Whether it succeeds without the sandbox, for any user. */
  works: boolean
}

/** A script that runs JavaScript, which must have no single quotes in it. */
export const node = (code: string) => `node -e '${code}'`

export const attempt = (
  name: string,
  works: boolean,
  script: Attempt['script'],
  betrayed?: Attempt['betrayed'],
): Attempt => ({
  name,
  works,
  script,
  betrayed,
})
