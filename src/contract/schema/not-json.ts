// PURE. What in a value is no JSON: programs hand in plans and inputs as they hold them.
import type { Problem } from '../errors'
import { preview } from '../json'
import { MAX_JSON_DEPTH } from '../limits'
import { joinPath } from './path'

/** Problems that are named: a list of thousands of dates is one mistake. */
const MAX_NAMED = 50
/** Values in all: a second's work. An object that is held in many places counts as often, for so often it would be written. */
const MAX_VALUES = 1_000_000

/** Every place where a value is something that JSON cannot hold, or is nested too deep, which a circle is too. */
export function notJson(value: unknown, path: string): Problem[] {
  const problems: Problem[] = []
  const at: string[] = []
  let visited = 0
  const refuse = (message: string, hint?: string, steps: readonly string[] = at): void => {
    problems.push({ path: joinPath(path, steps), message, ...(hint ? { hint } : {}) })
  }
  const visit = (inner: unknown): void => {
    if (++visited > MAX_VALUES) return refuse(`more than ${MAX_VALUES} values`, 'put large values into artifacts', [])
    if (at.length > MAX_JSON_DEPTH)
      return refuse(`nested deeper than ${MAX_JSON_DEPTH} levels, or in a circle`, undefined, at.slice(0, 3))
    if (typeof inner === 'number' && !Number.isFinite(inner)) refuse(`${inner} is no JSON value`)
    if (['bigint', 'symbol', 'function'].includes(typeof inner)) refuse(`a ${typeof inner} is no JSON value`)
    if (typeof inner !== 'object' || inner === null) return
    if (!Array.isArray(inner) && !isPlain(inner)) {
      const hint =
        inner instanceof Date ? `for example ${preview(inner)}` : 'only {…}, […], texts, numbers, true, false, null'
      return refuse(`an object of the class ${className(inner)} is no JSON value`, hint)
    }
    // A list's own entries, since holes are undefined too; an object's undefined keys are merely left out
    const entries: Iterable<[string | number, unknown]> = Array.isArray(inner) ? inner.entries() : Object.entries(inner)
    for (const [key, element] of entries) {
      if (problems.length >= MAX_NAMED || visited > MAX_VALUES) return
      at.push(String(key))
      if (element === undefined && Array.isArray(inner)) refuse('undefined is no JSON value')
      else visit(element)
      at.pop()
    }
  }
  visit(value)
  return problems
}

/** `{…}` of whatever realm: its prototype is nobody's child. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function className(value: object): string {
  return preview((value.constructor as { name?: unknown } | undefined)?.name ?? 'unknown')
}
