// PURE. Temporal's failures of an execution, as the error of a subtask: decided in one place for workflow and reader.
import { isErrorCode, messageOf } from '../errors'
import type { FailureDetails } from '../activity-messages'
import type { SubtaskError } from '../run'
import type { RunState } from './run-state'

/** The parts of Temporal's failure classes that decide, however they came: by the workflow or decoded from history. */
interface FailureLike {
  name?: string
  message?: string
  type?: string | null
  timeoutType?: unknown
  nonRetryable?: boolean | null
  details?: unknown[] | null
  cause?: unknown
}

/** The classes that say how an execution ended; others only wrap them. */
const DECISIVE = ['ApplicationFailure', 'TimeoutFailure', 'CancelledFailure']

export interface Classified {
  error: SubtaskError
  details: Partial<FailureDetails>
}

/** What an execution's failure means. `timeoutMs` and `deadline` are named in messages. */
export function classifyFailure(
  failure: unknown,
  known: { agent: string; timeoutMs: number; deadline?: string },
): Classified {
  const chain = causes(failure)
  // The outermost: what lies below it is what it was caused by, such as the attempt before a timeout
  const outcome = chain.find(({ name }) => DECISIVE.includes(name ?? ''))
  const application = chain.find(({ name }) => name === 'ApplicationFailure')
  if (outcome?.name === 'TimeoutFailure')
    return { error: timeoutError(String(outcome.timeoutType), known, application), details: {} }
  if (outcome?.name === 'CancelledFailure') {
    const error: SubtaskError = { code: 'Cancelled', message: 'it was cancelled while it ran', retryable: false }
    return { error, details: (outcome.details?.[0] ?? {}) as Partial<FailureDetails> }
  }
  if (!application) {
    const message = messageOf(chain.at(-1) ?? failure)
    return { error: { code: 'Internal', message, retryable: false }, details: {} }
  }
  const details = (application.details?.[0] ?? {}) as Partial<FailureDetails>
  const retryable = details.retryable ?? !application.nonRetryable
  const code = isErrorCode(application.type) ? application.type : 'AgentFailed'
  const error: SubtaskError = { code, message: application.message ?? '', retryable }
  return { error: details.hint ? { ...error, hint: details.hint } : error, details }
}

/** Ends a subtask by a failed execution, or hands it to its next candidate; returns what the failure told besides. */
export function applyFailure(state: RunState, place: number, failure: unknown): Partial<FailureDetails> {
  const { name, timeoutMs } = state.agent(place)
  const { deadline } = state.graph(place)
  const { error, details } = classifyFailure(failure, {
    agent: name,
    timeoutMs,
    ...(deadline === undefined ? {} : { deadline }),
  })
  if (error.code === 'CannotHandle') state.refused(place, error, details)
  else state.failed(place, error, details)
  return details
}

/** Temporal wraps: the outermost first. */
function causes(failure: unknown): FailureLike[] {
  const chain: FailureLike[] = []
  for (
    let link = failure;
    typeof link === 'object' && link !== null && chain.length < 20;
    link = (link as FailureLike).cause
  )
    chain.push(link as FailureLike)
  return chain
}

function timeoutError(
  type: string,
  known: { agent: string; timeoutMs: number; deadline?: string },
  last?: FailureLike,
): SubtaskError {
  const before = last?.message ? `; the attempt before it failed: ${last.message}` : ''
  if (type.endsWith('SCHEDULE_TO_CLOSE')) {
    return {
      code: 'DeadlineExceeded',
      message: `not done by its deadline ${known.deadline ?? ''}${before}`.trim(),
      retryable: false,
    }
  }
  if (type.endsWith('HEARTBEAT')) {
    const hint = 'if the agent computes without a pause, give it isolation: "process" or a worker of its own'
    return {
      code: 'WorkerLost',
      message: `the worker that ran "${known.agent}" died or was blocked: no heartbeat came from it`,
      hint,
      retryable: true,
    }
  }
  const hint = 'raise timeoutMs, or do the work in smaller subtasks'
  return {
    code: 'Timeout',
    message: `"${known.agent}" did not end within ${known.timeoutMs} ms`,
    hint,
    retryable: true,
  }
}
