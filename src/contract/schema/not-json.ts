// PURE. What in a value is no JSON: programs hand in plans and inputs as they hold them.
import type { Problem } from '../errors'
import { preview } from '../json'
import { MAX_JSON_DEPTH } from '../limits'
import { joinPath } from './path'

/** Problems that are named: a list of thousands of dates is one mistake. */
const MAX_NAMED = 50
/**
 * Values in all: some seconds' work, and room for the largest plan with its dependencies. An object that is held in many
 * places counts as often, for so often it would be written.
 */
const MAX_VALUES = 5_000_000

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
    switch (typeof inner) {
      case 'number':
        return Number.isFinite(inner) ? undefined : refuse(`${inner} is no JSON value`)
      case 'bigint':
      case 'symbol':
      case 'function':
        return refuse(`a ${typeof inner} is no JSON value`)
      case 'object':
        return inner === null ? undefined : Array.isArray(inner) ? visitList(inner) : visitObject(inner)
      default:
        return undefined
    }
  }
  const within = (key: string, element: unknown): void => {
    at.push(key)
    visit(element)
    at.pop()
  }
  // By index, since holes are undefined too; an object's undefined keys are merely left out
  const visitList = (list: unknown[]): void => {
    for (let index = 0; index < list.length; index++) {
      if (problems.length >= MAX_NAMED || visited > MAX_VALUES) return
      if (list[index] === undefined) refuse('undefined is no JSON value', undefined, [...at, String(index)])
      else within(String(index), list[index])
    }
  }
  const visitObject = (object: object): void => {
    if (!isPlain(object)) {
      const hint =
        object instanceof Date ? `for example ${preview(object)}` : 'only {…}, […], texts, numbers, true, false, null'
      return refuse(`an object of the class ${className(object)} is no JSON value`, hint)
    }
    for (const key of Object.keys(object)) {
      if (problems.length >= MAX_NAMED || visited > MAX_VALUES) return
      within(key, (object as Record<string, unknown>)[key])
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
