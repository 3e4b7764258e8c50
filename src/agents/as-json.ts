// HOST. What an author's code returned, as the JSON that is kept of it.
import { messageOf, TroupeError } from '../contract/errors'
import type { JsonValue } from '../contract/json'

/**
 * Nothing gives null. `what` names what returned it.
 * @throws TroupeError `AgentFailed` if JSON cannot hold it
 */
export function asJson(value: unknown, what: string): JsonValue {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null') as JsonValue
  } catch (error) {
    throw new TroupeError('AgentFailed', `what ${what} returned cannot be JSON: ${messageOf(error)}`, {
      hint: 'return plain data, or keep bytes by context.artifacts.put',
    })
  }
}
