// PURE. What stands for something else inside payloads: references to outputs, the element of a map, and the event of a
// reaction. Finding them, and putting values in their place.
import { isObject, type JsonValue } from './json'
import type { Reference } from './plan'

/** The key that makes an object stand for a part of the element, or of the event; its value is a JSON Pointer. */
export type StandInKey = '$element' | '$event'

/** What to put in the place of what; where nothing is given, it stays. */
export interface Resolvers {
  $from?(reference: Reference): JsonValue
  $element?(pointer: string): JsonValue
  $event?(pointer: string): JsonValue
}

/** A place as steps from the payload's root. */
export type Steps = (string | number)[]

/** True for `{"$from": …}`. */
export function isReference(value: unknown): value is Reference {
  return isObject(value) && Object.hasOwn(value, '$from')
}

/** True for `{"$element": …}`, or `{"$event": …}`. */
export function isStandIn(value: unknown, key: StandInKey): value is Record<string, unknown> {
  return isObject(value) && Object.hasOwn(value, key) && !isReference(value)
}

/** Every reference in a payload, with its place. */
export function findReferences(payload: unknown): { reference: Reference; at: Steps }[] {
  return find(payload, isReference).map(({ value, at }) => ({ reference: value, at }))
}

/** Every `{"$element": …}` or `{"$event": …}` in a payload, with its place. */
export function findStandIns(payload: unknown, key: StandInKey): { value: Record<string, unknown>; at: Steps }[] {
  return find(payload, (value) => isStandIn(value, key))
}

/** Whether anything in a payload is known to the run only. */
export function holdsReferences(payload: unknown): boolean {
  if (isReference(payload) || isStandIn(payload, '$element') || isStandIn(payload, '$event')) return true
  return typeof payload === 'object' && payload !== null && Object.values(payload).some(holdsReferences)
}

/** A copy of the payload in which `resolve` has replaced every reference. */
export function replaceReferences(payload: unknown, resolve: (reference: Reference) => JsonValue): JsonValue {
  return replaceAll(payload, { $from: resolve })
}

/** A copy of the payload with all replaced in one pass: what was put in is not looked into, whatever it holds. */
export function replaceAll(payload: unknown, resolvers: Resolvers): JsonValue {
  if (isReference(payload)) return resolvers.$from ? resolvers.$from(payload) : (payload as unknown as JsonValue)
  if (resolvers.$element && isStandIn(payload, '$element')) return resolvers.$element(payload.$element as string)
  if (resolvers.$event && isStandIn(payload, '$event')) return resolvers.$event(payload.$event as string)
  if (Array.isArray(payload)) return payload.map((element) => replaceAll(element, resolvers))
  if (!isObject(payload)) return payload as JsonValue
  // fromEntries, not assignment: `__proto__` is an ordinary key
  return Object.fromEntries(Object.entries(payload).map(([key, element]) => [key, replaceAll(element, resolvers)]))
}

function find<Found>(payload: unknown, isFound: (value: unknown) => value is Found): { value: Found; at: Steps }[]
function find(payload: unknown, isFound: (value: unknown) => boolean): { value: Record<string, unknown>; at: Steps }[]
function find(payload: unknown, isFound: (value: unknown) => boolean): { value: unknown; at: Steps }[] {
  const found: { value: unknown; at: Steps }[] = []
  const at: Steps = []
  const visit = (value: unknown): void => {
    if (isFound(value)) return void found.push({ value, at: [...at] })
    if (typeof value !== 'object' || value === null) return
    const entries: Iterable<[string | number, unknown]> = Array.isArray(value) ? value.entries() : Object.entries(value)
    for (const [key, element] of entries) {
      at.push(key)
      visit(element)
      at.pop()
    }
  }
  visit(payload)
  return found
}
