// PURE. Conditions on outputs and inputs: whether one holds, and the sentence that says why it does not.
import { isObject, preview, type JsonValue } from '../json'
import { INPUTS_ID } from '../names'
import type { Condition } from '../plan'
import type { SubtaskOutcome } from '../run'

/** Characters of a list of choices in a message. */
const CHOICES_LENGTH = 160

/** What stands where a condition points: a value (null is one), or nothing. `status` is that of a dependency without an output. */
export type Found = { found: true; value: JsonValue } | { found: false; status?: Exclude<SubtaskOutcome, 'succeeded'> }

/** Where there is no value, `exists: false` and `notEquals` hold, and the others do not. */
export function holds(condition: Condition, found: Found): boolean {
  const { equals, notEquals, in: choices, exists } = condition
  if (equals !== undefined) return found.found && sameJson(found.value, equals)
  if (notEquals !== undefined) return !found.found || !sameJson(found.value, notEquals)
  if (choices !== undefined) return found.found && choices.some((choice) => sameJson(found.value, choice))
  return found.found === (exists ?? true)
}

/** Why a condition does not hold, with the value that was found; undefined if it does. */
export function unmet(condition: Condition, found: Found): string | undefined {
  if (holds(condition, found)) return undefined
  return `${placeOf(condition)} ${foundText(condition, found)}, but must ${wanted(condition)}`
}

/** Whether two JSON values are equal: the order of keys says nothing. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one))
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((element, index) => sameJson(element, other[index]))
    )
  if (!isObject(one) || !isObject(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key]))
  )
}

function placeOf({ from, path }: Condition): string {
  const whole = from === INPUTS_ID ? 'the input' : `the output of ${preview(from)}`
  return path ? `${whole} at ${preview(path)}` : whole
}

const ENDED = { failed: 'failed', skipped: 'was skipped', cancelled: 'was cancelled' }

function foundText({ from }: Condition, found: Found): string {
  if (found.found) return `is ${preview(found.value)}`
  return found.status === undefined ? 'is missing' : `is missing, since ${preview(from)} ${ENDED[found.status]}`
}

function wanted({ equals, notEquals, in: choices, exists }: Condition): string {
  if (equals !== undefined) return `equal ${preview(equals)}`
  if (notEquals !== undefined) return `not equal ${preview(notEquals)}`
  if (choices !== undefined) return `be one of ${preview(choices, CHOICES_LENGTH)}`
  return exists === false ? 'not exist' : 'exist'
}
