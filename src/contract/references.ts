// PURE. References inside payloads: finding them, and putting values in their place.
import { isObject, type JsonValue } from './json'
import type { Reference } from './plan'

/** True for `{"$from": …}`. */
export function isReference(value: unknown): value is Reference {
  return isObject(value) && Object.hasOwn(value, '$from')
}

/** Every reference in a payload, with its place as steps from the payload's root. */
export function findReferences(payload: unknown): { reference: Reference; at: (string | number)[] }[] {
  const found: { reference: Reference; at: (string | number)[] }[] = []
  const visit = (value: unknown, at: (string | number)[]): void => {
    if (isReference(value)) found.push({ reference: value, at })
    else if (Array.isArray(value)) value.forEach((element, index) => visit(element, [...at, index]))
    else if (isObject(value)) for (const [key, element] of Object.entries(value)) visit(element, [...at, key])
  }
  visit(payload, [])
  return found
}

/** A copy of the payload in which `resolve` has replaced every reference. */
export function replaceReferences(payload: unknown, resolve: (reference: Reference) => JsonValue): JsonValue {
  if (isReference(payload)) return resolve(payload)
  if (Array.isArray(payload)) return payload.map((element) => replaceReferences(element, resolve))
  if (!isObject(payload)) return payload as JsonValue
  // fromEntries, not assignment: `__proto__` is an ordinary key
  return Object.fromEntries(Object.entries(payload).map(([key, element]) => [key, replaceReferences(element, resolve)]))
}
