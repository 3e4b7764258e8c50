// WORKFLOW. Refusals and failures as callers are to see them: with their own code, not as something that failed for them.
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow'
import type { FailureDetails } from '../src/contract/activity-messages'
import type { Refusal } from '../src/contract/run/refusal'

export function refuse({ code, message, hint }: Refusal): never {
  const details: FailureDetails = { retryable: false, ...(hint === undefined ? {} : { hint }) }
  throw ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [details] })
}

export function assertNone(refusal: Refusal | undefined): void {
  if (refusal) refuse(refusal)
}

/** What an activity threw, where it is that which failed; else the failure itself. */
export function ownFailure(error: unknown): unknown {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause : error
}
