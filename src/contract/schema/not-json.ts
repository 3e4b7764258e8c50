// PURE. What in a value is no JSON: programs hand in plans and inputs as they hold them.
import type { Problem } from '../errors'
import { preview } from '../json'
import { MAX_JSON_DEPTH } from '../limits'
import { joinPath } from './path'

/** Problems that are named: a list of thousands of dates is one mistake. */
const MAX_NAMED = 50

/** Every place where a value is something that JSON cannot hold, or is nested too deep, which a circle is too. */
export function notJson(value: unknown, path: string): Problem[] {
  const problems: Problem[] = []
  const refuse = (at: readonly string[], message: string, hint?: string): void => {
    problems.push({ path: joinPath(path, at), message, ...(hint ? { hint } : {}) })
  }
  const visit = (inner: unknown, at: string[]): void => {
    if (problems.length >= MAX_NAMED) return
    if (at.length > MAX_JSON_DEPTH) {
      return refuse(at.slice(0, 3), `nested deeper than ${MAX_JSON_DEPTH} levels, or in a circle`)
    }
    if (typeof inner === 'number' && !Number.isFinite(inner)) refuse(at, `${inner} is no JSON value`)
    if (['bigint', 'symbol', 'function'].includes(typeof inner)) refuse(at, `a ${typeof inner} is no JSON value`)
    if (typeof inner !== 'object' || inner === null) return
    if (Array.isArray(inner)) {
      return inner.forEach((element, index) => {
        if (element === undefined) refuse([...at, String(index)], 'undefined is no JSON value')
        else visit(element, [...at, String(index)])
      })
    }
    if (!isPlain(inner)) {
      const hint =
        inner instanceof Date ? `for example ${preview(inner)}` : 'only {…}, […], texts, numbers, true, false, null'
      return refuse(at, `an object of the class ${className(inner)} is no JSON value`, hint)
    }
    for (const [key, element] of Object.entries(inner)) visit(element, [...at, key])
  }
  visit(value, [])
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
