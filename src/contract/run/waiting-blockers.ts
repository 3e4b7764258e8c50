// PURE. For subtasks that wait for others: the first among those, directly or not, that waits for a person to do something.
import type { SubtaskRow } from '../run'
import { isEnded } from './run-state'
import type { Reason, WaitingKind } from './waiting-facts'

/** What does not go on by itself. */
const NEEDS_A_PERSON: readonly WaitingKind[] = [
  'asking',
  'held',
  'unserved',
  'blocked',
  'paused',
  'agent-paused',
  'no-worker',
]

/** Places of what each spawner spawned. */
export function spawnedBy(rows: readonly SubtaskRow[]): Map<number, number[]> {
  const spawned = new Map<number, number[]>()
  for (const [place, { parent }] of rows.entries()) {
    if (parent === undefined) continue
    const known = spawned.get(parent)
    if (known) known.push(place)
    else spawned.set(parent, [place])
  }
  return spawned
}

/**
 * The blocker of each place that waits for others, if it has one. Each row and edge is looked at once, without recursion:
 * chains may be thousands long.
 */
export function blockers(
  rows: readonly SubtaskRow[],
  reasons: readonly (Reason | undefined)[],
  spawned: ReadonlyMap<number, readonly number[]>,
): (place: number) => number | undefined {
  /** By place; undefined where nobody is waited for. */
  const found = new Map<number, number | undefined>()
  const entered = new Set<number>()
  const awaited = (place: number): readonly number[] => {
    const { state, dependsOn } = rows[place]!
    const places = state === 'joining' ? (spawned.get(place) ?? []) : state === 'waiting' ? dependsOn : []
    return places.filter((one) => rows[one] !== undefined && !isEnded(rows[one].state))
  }
  const needsPerson = (place: number): boolean => {
    const kind = reasons[place]?.kind
    return kind !== undefined && NEEDS_A_PERSON.includes(kind)
  }
  return (start) => {
    const stack = [start]
    while (stack.length > 0) {
      const place = stack.at(-1)!
      const others = found.has(place) || needsPerson(place) ? [] : awaited(place)
      // What was entered and is not done lies above: a circle, which no run has, would end too
      const open = entered.has(place) ? [] : others.filter((other) => !found.has(other))
      entered.add(place)
      if (open.length > 0) {
        stack.push(...open.reverse())
        continue
      }
      if (!found.has(place)) {
        const first = others.map((other) => found.get(other)).find((blocker) => blocker !== undefined)
        found.set(place, needsPerson(place) ? place : first)
      }
      stack.pop()
    }
    return found.get(start)
  }
}
