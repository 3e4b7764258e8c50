// PURE. Whether a person's answer fits its JSON Schema, in a workflow: neither of the two may stop a run.
import { Validator, type Schema } from '@cfworker/json-schema'
import { messageOf } from '../errors'
import type { JsonObject, JsonValue } from '../json'

/** Elements of a list where a schema says `uniqueItems`: each is held against each, within tenths of a second. */
const MAX_UNIQUE_ELEMENTS = 2_000

/** Why an answer is refused by its schema, or undefined. */
export function answerMismatch(schema: JsonObject, answer: JsonValue): string | undefined {
  if (JSON.stringify(schema).includes('"uniqueItems"') && longestList(answer) > MAX_UNIQUE_ELEMENTS)
    return `its schema asks for lists without doubles: of more than ${MAX_UNIQUE_ELEMENTS} elements that cannot be told`
  try {
    // Interprets the schema: workflows may not generate code. Without `format`, which schemas of ours do not check either
    const { valid, errors } = new Validator(schema as Schema, '2020-12', false).validate(answer)
    if (valid) return undefined
    const { instanceLocation, error } = errors.at(-1)!
    return `the answer is refused by its schema: ${instanceLocation.replace(/^#/, '') || 'the whole'}: ${error}`
  } catch (error) {
    // A reference to nothing, or to itself for ever
    return `its schema cannot be applied to the answer: ${messageOf(error).split('\n', 1)[0]}`
  }
}

function longestList(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0
  const elements = Object.values(value)
  return elements.reduce<number>(
    (longest, one) => Math.max(longest, longestList(one)),
    Array.isArray(value) ? value.length : 0,
  )
}
