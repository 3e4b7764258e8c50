// PURE. Whether a person's answer fits its JSON Schema, in a workflow: neither of the two may stop a run.
import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema'
import { messageOf } from '../errors'
import { preview, resolvePointer, type JsonObject, type JsonValue } from '../json'

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
    return `the answer is refused by its schema: ${describe(errors, answer)}`
  } catch (error) {
    // A reference to nothing, or to itself for ever
    return `its schema cannot be applied to the answer: ${messageOf(error).split('\n', 1)[0]}`
  }
}

/** What only says that something within is wrong. */
const WRAPPERS = ['properties', 'additionalProperties', 'patternProperties', 'items', 'prefixItems', '$ref', 'allOf']
/** Mismatches that are named. */
const NAMED = 5

function describe(errors: readonly OutputUnit[], answer: JsonValue): string {
  const own = errors.filter(({ keyword }) => !WRAPPERS.includes(keyword))
  const lines = (own.length > 0 ? own : errors).map(({ keyword, instanceLocation, error }) => {
    const pointer = instanceLocation.replace(/^#/, '')
    const found = resolvePointer(answer, pointer)
    const place = pointer === '' ? 'the whole' : pointer
    if (keyword === 'false') return `${place} is a key that it does not know`
    return `${place} is ${preview(found.found ? found.value : undefined)}: ${error.replace(/\.$/, '')}`
  })
  const more = lines.length > NAMED ? `; and ${lines.length - NAMED} more` : ''
  return `${[...new Set(lines)].slice(0, NAMED).join('; ')}${more}`
}

function longestList(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0
  const elements = Object.values(value)
  return elements.reduce<number>(
    (longest, one) => Math.max(longest, longestList(one)),
    Array.isArray(value) ? value.length : 0,
  )
}
