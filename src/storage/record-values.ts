// PURE. What a record may hold.
import { TroupeError } from '../contract/errors'
import type { JsonValue } from '../contract/json'

/** The value as JSON gives it back, from the text that is about to be kept. @throws TroupeError `InvalidInput` */
export function assertJson(name: string, text: string): JsonValue {
  const { value } = JSON.parse(text) as { value?: JsonValue }
  if (value !== undefined) return value
  throw new TroupeError('InvalidInput', `the record ${JSON.stringify(name)} has no value that JSON can hold`, {
    hint: 'give an object, an array, a string, a number, true, false or null',
  })
}
