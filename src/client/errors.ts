// HOST. What Temporal's client throws, as Troupe's errors: each says what could not be reached or found, and what to do.
import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client'
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common'
import { asTroupeError, isErrorCode, messageOf, TroupeError } from '../contract/errors'
import type { FailureDetails } from '../contract/activity-messages'

/** gRPC status codes that decide (google.rpc.Code). */
const GRPC = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  unavailable: 14,
  unauthenticated: 16,
}

export interface ErrorContext {
  /** The run that was asked for. */
  runId?: string
  address?: string
  namespace?: string
}

/** Any failure of a call to the server, as a TroupeError. */
export function explain(error: unknown, context: ErrorContext = {}): TroupeError {
  const known = asTroupeError(error) ?? causes(error).map(asTroupeError).find(Boolean)
  if (known) return known
  if (error instanceof WorkflowUpdateFailedError) return refusal(error)
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    return new TroupeError('RunAlreadyExists', `there is a run "${context.runId}" already`, {
      hint: 'choose another id, or leave it out',
      cause: error,
    })
  }
  const code = causes(error)
    .map((link) => (link as { code?: unknown }).code)
    .find((value) => typeof value === 'number')
  const text = messageOf(causes(error).at(-1) ?? error)
  if (/namespace/i.test(text) && (code === GRPC.notFound || code === GRPC.invalidArgument)) {
    const hint = 'set TEMPORAL_NAMESPACE to one that exists, or create it: temporal operator namespace create'
    return new TroupeError(
      'NamespaceNotFound',
      `the server${at(context)} has no namespace "${context.namespace ?? ''}"`,
      { hint, cause: error },
    )
  }
  if (error instanceof WorkflowNotFoundError || (code === GRPC.notFound && context.runId !== undefined)) {
    return new TroupeError('RunNotFound', `there is no run "${context.runId}"`, {
      hint: 'troupe list shows the runs',
      cause: error,
    })
  }
  if (code === GRPC.unauthenticated || code === GRPC.permissionDenied) {
    return new TroupeError('ConnectionFailed', `the server${at(context)} refused the credentials: ${text}`, {
      hint: 'check TEMPORAL_API_KEY and the TEMPORAL_TLS_* settings',
      cause: error,
    })
  }
  if (
    code === GRPC.unavailable ||
    code === GRPC.deadlineExceeded ||
    code === GRPC.cancelled ||
    /connect|unavailable|deadline/i.test(text)
  ) {
    const hint = 'check that the server runs and that TEMPORAL_ADDRESS names it; troupe server status shows our own'
    return new TroupeError('ConnectionFailed', `no answer from the Temporal server${at(context)}: ${text}`, {
      hint,
      retryable: true,
      cause: error,
    })
  }
  if (/exceeded workflow execution limit for signal/i.test(text)) {
    const hint = 'publish more slowly: it takes events again when it has continued as new'
    return new TroupeError('EventLimitExceeded', `the run takes no more events for now: ${text}`, {
      hint,
      retryable: true,
      cause: error,
    })
  }
  return new TroupeError('Internal', text, { cause: error })
}

/** What a run, or its team's control, says no to, in its own words: the failure's type is our code. */
function refusal(error: WorkflowUpdateFailedError): TroupeError {
  const failures = causes(error).filter((link) => link instanceof ApplicationFailure)
  const told = failures.find(({ type }) => isErrorCode(type)) ?? failures[0]
  const code = isErrorCode(told?.type) ? told.type : 'Internal'
  const { hint, problems, retryable } = (told?.details?.[0] ?? {}) as Partial<FailureDetails>
  const text = told?.message ?? messageOf(causes(error).at(-1))
  return new TroupeError(code, text, {
    ...(hint === undefined ? {} : { hint }),
    ...(problems === undefined ? {} : { problems }),
    retryable: retryable === true,
    cause: error,
  })
}

/** Runs a call and explains its failure. */
export async function explained<Value>(context: ErrorContext, call: () => Promise<Value>): Promise<Value> {
  try {
    return await call()
  } catch (error) {
    throw explain(error, context)
  }
}

/** True if nobody answered in time, which says nothing about the run itself. */
export function isUnanswered(error: unknown): boolean {
  const failure = causes(error).find((link) => isGrpcServiceError(link))
  return failure !== undefined
}

/** True if the call was given up for want of time: whoever is told may still do it. */
export function isLate(error: unknown): boolean {
  const codes: unknown[] = [GRPC.deadlineExceeded, GRPC.cancelled]
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true
  return causes(error).some((link) => isGrpcServiceError(link) && codes.includes(link.code))
}

/** The error and what it was caused by, the outermost first. */
export function causes(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (
    let link = error;
    typeof link === 'object' && link !== null && chain.length < 10;
    link = (link as { cause?: unknown }).cause
  )
    chain.push(link)
  return chain
}

function at({ address }: ErrorContext): string {
  return address === undefined ? '' : ` at ${address}`
}
