// HOST. Errors across a process boundary: to data and back, with the code, the hint and the stack they had.
import { decisiveError, isErrorCode, messageOf, TroupeError } from '../../contract/errors'
import type { ErrorData } from './isolated-protocol'

export function toErrorData(error: unknown): ErrorData {
  const { name, stack } = (error ?? {}) as Partial<Error>
  const coded = decisiveError(error)
  if (!coded) return { name: typeof name === 'string' ? name : 'Error', message: messageOf(error), stack }
  const { message, code, hint, retryable, retryAfterMs, problems } = coded
  return { name: coded.name, message, stack, code, hint, retryable, retryAfterMs, problems }
}

export function fromErrorData(data: ErrorData): Error {
  const error = revive(data)
  if (data.stack !== undefined) error.stack = data.stack
  return error
}

function revive({ code, name, message, hint, retryable, retryAfterMs, problems }: ErrorData): Error {
  if (isErrorCode(code)) return new TroupeError(code, message, { hint, retryable, retryAfterMs, problems })
  const error = new Error(message)
  error.name = name
  return error
}
