// What tests of models share.
import type { TroupeError } from '../../../../src/contract/errors'
import { asTroupeError as asTroupe } from '../../../../src/contract/errors'

export { languageModel } from '../../../../src/agents/models/language-model'
export type { TroupeError } from '../../../../src/contract/errors'

/** The error as Troupe's; fails for any other. */
export function asTroupeError(error: unknown): TroupeError {
  const known = asTroupe(error)
  if (!known) throw new Error(`no TroupeError: ${String(error)}`)
  return known
}
