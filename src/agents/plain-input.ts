// HOST, pure. Inputs that JSON tells apart: a decision on one, and a claim under it, must not stand for another.
import { TroupeError } from '../contract/errors'
import { MAX_JSON_DEPTH } from '../contract/limits'

/**
 * Plain data, bigints, bytes, and what has a JSON form of its own (dates, URLs). `what` names whose input it is.
 * @throws TroupeError `AgentFailed` for what JSON would leave out or make equal: maps, sets, functions, NaN
 */
export function requirePlain(input: unknown, what: string): void {
  const wrong = problemIn(input, 'input', 0)
  if (wrong === undefined) return
  throw new TroupeError('AgentFailed', `${what} has an input that JSON cannot hold: ${wrong}`, {
    hint: 'give plain data: objects, lists, texts, finite numbers, bigints, bytes, dates',
  })
}

function problemIn(value: unknown, place: string, depth: number): string | undefined {
  if (depth > MAX_JSON_DEPTH) return `${place} is nested deeper than ${MAX_JSON_DEPTH} levels`
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${place} is ${value}`
  if (typeof value === 'function' || typeof value === 'symbol' || value === undefined)
    return `${place} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const own: unknown = value.toJSON()
    // As of a date that is none
    return own === null || own === undefined ? `${place} has no JSON form` : problemIn(own, place, depth + 1)
  }
  if (!Array.isArray(value) && !isPlain(value)) return `${place} is an instance of ${nameOf(value)}`
  // By index, so that what a list leaves out is seen
  const members: [string, unknown][] = Array.isArray(value)
    ? Array.from(value, (element, index) => [`${place}[${index}]`, element])
    : Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[`${place}.${key}`, member]]))
  for (const [where, member] of members) {
    const wrong = problemIn(member, where, depth + 1)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** Its prototype is the root of all, of whatever realm, or none. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function nameOf(value: object): string {
  const { constructor } = value
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'a class'
}
