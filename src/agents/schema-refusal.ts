// HOST. The refusal of a payload or an output by its schema, whichever kind of schema it is.
import { TroupeError, type Problem } from '../contract/errors'

/** An output may be right the next time; a payload will not. */
export function schemaRefusal(
  code: 'InvalidPayload' | 'OutputRejected',
  what: string,
  problems: Problem[],
): TroupeError {
  const said = problems.map(({ path, message }) => `${path}: ${message}`).join('; ')
  return new TroupeError(code, `${what} is refused by its schema: ${said}`, {
    problems,
    retryable: code === 'OutputRejected',
  })
}
