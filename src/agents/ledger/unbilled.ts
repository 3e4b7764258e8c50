// HOST. Which failed model calls have surely cost nothing.
import { asTroupeError, type ErrorCode } from '../../contract/errors'
import { isUnbilled } from '../models/provider-errors'

/** Failures that come before anything is sent. */
const NOT_SENT: readonly ErrorCode[] = ['ModelNotConfigured', 'NoRecordedAnswer', 'InvalidUsage']

export function costsNothing(error: unknown): boolean {
  const code = asTroupeError(error)?.code
  return (code !== undefined && NOT_SENT.includes(code)) || isUnbilled(error)
}
