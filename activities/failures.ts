// EFFECTS. Errors are classified once, here, at the activity's edge: code, message, hint, and whether a retry may help.
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { asTroupeError, decisiveError, messageOf, type TroupeError } from '../src/contract/errors'
import { jsonBytes, shortened } from '../src/contract/json'
import { MAX_RETRY_AFTER_MS } from '../src/contract/limits'
import type { FailureDetails } from '../src/contract/activity-messages'

/** Temporal cuts the last failure of a retrying attempt at 4 KB; with hint and details this much of the message is safe. */
const MESSAGE_LENGTH = 1_500
/** A hint is one line; whoever throws a TroupeError of their own may have written more. */
const HINT_LENGTH = 500
/** A refused plan is told once, whole: this is room for some hundred problems. */
const REFUSAL_LENGTH = 32_000
/** Bytes of problems that are told as data besides: with the text, what plain clients and the UI are still shown. */
const REFUSAL_BYTES = 64 * 1024

/** What an execution throws for whatever was thrown in it. */
export function toFailure(error: unknown, measured: Omit<FailureDetails, 'retryable'> = {}): Error {
  const known = decisiveError(error)
  if (known?.code === 'Cancelled') {
    const details: FailureDetails = { ...measured, retryable: false }
    return new CancelledFailure(known.message, [details])
  }
  // Temporal's own way of saying so counts as well
  const final = (error as { nonRetryable?: unknown } | null | undefined)?.nonRetryable === true
  return failure(error, known, known ? known.retryable : !final, { ...measured }, MESSAGE_LENGTH)
}

/** What preparing throws: a refusal names every problem, as text and as data. */
export function toRefusal(error: unknown): Error {
  const known = asTroupeError(error)
  let bytes = 0
  const problems = known?.problems.filter((problem) => (bytes += jsonBytes(problem)) <= REFUSAL_BYTES) ?? []
  return failure(error, known, known ? known.retryable : true, problems.length > 0 ? { problems } : {}, REFUSAL_LENGTH)
}

/** What the keeping of events and documents throws: it is tried again until it succeeds, whatever was wrong. */
export function toPostponement(error: unknown): Error {
  return failure(error, asTroupeError(error), true, {}, MESSAGE_LENGTH)
}

function failure(
  error: unknown,
  known: TroupeError | undefined,
  retryable: boolean,
  told: Partial<FailureDetails>,
  length: number,
): Error {
  const details: FailureDetails = {
    ...told,
    retryable,
    ...(known?.hint ? { hint: shortened(known.hint, HINT_LENGTH) } : {}),
  }
  const message = shortened(thrown(error, known), length)
  return ApplicationFailure.create({
    type: known?.code ?? 'AgentFailed',
    message,
    nonRetryable: !retryable,
    details: [details],
    ...(retryable ? delay(known?.retryAfterMs) : {}),
  })
}

/** The other side knows better than a back-off when to ask again. */
function delay(retryAfterMs: number | undefined): { nextRetryDelay?: number } {
  return retryAfterMs === undefined ? {} : { nextRetryDelay: Math.min(Math.max(1, retryAfterMs), MAX_RETRY_AFTER_MS) }
}

/** An error's class says more than its text alone: `RangeError: Invalid array length`. */
function thrown(error: unknown, known: TroupeError | undefined): string {
  if (known) return known.message
  const name = (error as { name?: unknown } | null | undefined)?.name
  const text = messageOf(error)
  return typeof name === 'string' && name !== 'Error' ? `${name}: ${text}` : text
}
