// HOST. What counts as a key: YAML allows anything, a plan has texts.
import { isScalar, type Node, type Pair } from 'yaml'

/** A key as the text that it becomes; undefined for a list, a mapping or nothing. `1` and `"1"` are the same key. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

/** Where an entry begins in the text. */
export function keyOffset(pair: Pair): number | undefined {
  return (pair.key as Node | null)?.range?.[0] ?? (pair.value as Node | null)?.range?.[0]
}
