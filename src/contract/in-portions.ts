// PURE. Work on many items, so many at once: a store is not asked for thousands of records in one breath.

/** The values in the order of their items. */
export async function inPortions<Item, Value>(
  items: readonly Item[],
  size: number,
  work: (item: Item) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = []
  for (let first = 0; first < items.length; first += size)
    values.push(...(await Promise.all(items.slice(first, first + size).map(work))))
  return values
}
