// HOST. YAML nodes as plain JSON values: keys are texts, `__proto__` is one like any other, aliases are written out.
import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type YAMLMap } from 'yaml'
import { preview } from '../contract/json'
import { MAX_JSON_DEPTH, MAX_PLAN_BYTES } from '../contract/limits'
import { keyOffset, keyText } from './keys'

export interface ValueProblem {
  /** Where in the text. */
  offset: number
  message: string
  hint?: string
}

/**
 * The value of a node, and what in it is no JSON. Every alias gives a copy of its own, so the size is counted:
 * ten lines of aliases can stand for gigabytes.
 */
export function toValue(
  root: Node | null,
  targets: ReadonlyMap<Alias, Node>,
  lineAt: (offset: number) => number,
): { value: unknown; problems: ValueProblem[] } {
  const problems = new Map<string, ValueProblem>()
  let size = 0

  /** The same place may be reached by several aliases; it is reported once. */
  const report = (offset: number, message: string, hint?: string): void => {
    problems.set(`${offset} ${message}`, { offset, message, ...(hint ? { hint } : {}) })
  }
  const tooLarge = (): boolean => size > MAX_PLAN_BYTES

  const convert = (node: Node | null, depth: number): unknown => {
    const offset = node?.range?.[0] ?? 0
    size++
    if (tooLarge()) return null
    if (depth > MAX_JSON_DEPTH) {
      report(offset, `nested deeper than ${MAX_JSON_DEPTH} levels`)
      return null
    }
    if (isAlias(node)) {
      const target = targets.get(node)
      if (!target) report(offset, `unknown alias ${preview(node.source)}: no anchor of that name stands before it`)
      return target ? convert(target, depth + 1) : null
    }
    if (isMap(node)) return convertMap(node, depth)
    if (isSeq(node)) return node.items.map((item) => convert(item as Node, depth + 1))
    return isScalar(node) ? convertScalar(node.value, offset) : null
  }

  const convertScalar = (value: unknown, offset: number): unknown => {
    if (typeof value === 'string') size += value.length
    if (typeof value === 'number' && !Number.isFinite(value)) report(offset, `${value} is no JSON value`)
    return value
  }

  const convertMap = (map: YAMLMap, depth: number): unknown => {
    const entries: [string, unknown][] = []
    const places = new Map<string, number>()
    for (const pair of map.items) {
      const offset = keyOffset(pair) ?? map.range?.[0] ?? 0
      const key = keyText(pair.key)
      if (key === undefined) {
        report(offset, 'a key must be a text, not a list, a mapping or nothing')
        continue
      }
      const first = places.get(key)
      if (first === undefined) places.set(key, offset)
      else report(offset, `duplicate key ${preview(key)}: line ${lineAt(first)} has it already`)
      size += key.length
      entries.push([key, convert(pair.value as Node | null, depth + 1)])
    }
    return Object.fromEntries(entries)
  }

  const value = convert(root, 0)
  if (tooLarge())
    report(
      0,
      `the plan is larger than ${MAX_PLAN_BYTES} bytes once its aliases are written out`,
      'put large values into files or artifacts',
    )
  return { value, problems: [...problems.values()] }
}
