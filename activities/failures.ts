// EFFECTS. Errors are classified once, here, at the activity's edge: code, message, hint, and whether a retry may help.
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { asTroupeError, messageOf, type TroupeError } from '../src/contract/errors'
import type { FailureDetails } from '../src/contract/messages'

/** Temporal cuts the last failure of a retrying attempt at 4 KB; with hint and details this much of the message is safe. */
const MESSAGE_LENGTH = 1_500

/** What an activity throws for whatever was thrown in it. */
export function toFailure(error: unknown, measured: Omit<FailureDetails, 'retryable'> = {}): Error {
  const known = asTroupeError(error)
  if (known?.code === 'Cancelled') return new CancelledFailure(known.message)
  const retryable = known ? known.retryable : true
  const details: FailureDetails = { ...measured, retryable, ...(known?.hint ? { hint: known.hint } : {}) }
  return ApplicationFailure.create({
    type: known?.code ?? 'AgentFailed',
    message: cut(thrown(error, known)),
    nonRetryable: !retryable,
    details: [details],
  })
}

/** An error's class says more than its text alone: `RangeError: Invalid array length`. */
function thrown(error: unknown, known: TroupeError | undefined): string {
  if (known) return known.message
  const name = (error as { name?: unknown } | null | undefined)?.name
  const text = messageOf(error)
  return typeof name === 'string' && name !== 'Error' ? `${name}: ${text}` : text
}

function cut(text: string): string {
  return text.length <= MESSAGE_LENGTH ? text : `${Array.from(text.slice(0, MESSAGE_LENGTH)).slice(0, -1).join('')}…`
}
