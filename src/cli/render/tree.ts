// HOST, pure. Subtasks as a tree: each one that was spawned stands below its spawner, otherwise the order stays.

export interface Placed<Row> {
  row: Row
  place: number
  /** 0 for a subtask of the plan. */
  depth: number
}

/** The places below each place; those of the plan's own subtasks below `undefined`. */
export function childrenOf(rows: readonly { parent?: number }[]): Map<number | undefined, number[]> {
  const children = new Map<number | undefined, number[]>()
  for (const [place, { parent }] of rows.entries()) {
    // A spawner always stands before what it spawned
    const above = parent !== undefined && parent < place ? parent : undefined
    const known = children.get(above)
    if (known) known.push(place)
    else children.set(above, [place])
  }
  return children
}

export function inTreeOrder<Row extends { parent?: number }>(rows: readonly Row[]): Placed<Row>[] {
  const children = childrenOf(rows)
  const ordered: Placed<Row>[] = []
  const visit = (above: number | undefined, depth: number): void => {
    for (const place of children.get(above) ?? []) {
      ordered.push({ row: rows[place]!, place, depth })
      visit(place, depth + 1)
    }
  }
  visit(undefined, 0)
  return ordered
}
