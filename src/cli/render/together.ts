// HOST, pure. Siblings of which there is the same to say, as one entry with their count: a list may have thousands of elements.
import type { SubtaskRow } from '../../contract/run'
import type { Reasons } from './waiting'

/** A subtask, or the first one of several that wait for the same. */
export interface Entry {
  row: SubtaskRow
  place: number
  count: number
}

/** What its map holds back. */
export function lineTogether<One extends Entry>(entries: readonly One[], reasons: Reasons): One[] {
  return together(entries, reasons, ({ row }) => row.heldBack !== undefined)
}

/** What waits for the same slots. */
export function slotsTogether<One extends Entry>(entries: readonly One[], reasons: Reasons): One[] {
  return together(entries, reasons, (_, kind) => kind === 'slot' || kind === 'queued')
}

function together<One extends Entry>(
  entries: readonly One[],
  reasons: Reasons,
  isOneOfMany: (entry: One, kind: string | undefined) => boolean,
): One[] {
  const groups = new Map<string, One>()
  return entries.filter((entry) => {
    const { row } = entry
    const { kind } = reasons.get(row.id) ?? {}
    if (!isOneOfMany(entry, kind)) return true
    const key = `${row.parent ?? ''}\n${row.agent}\n${kind ?? ''}`
    const first = groups.get(key)
    if (first) first.count += entry.count
    else groups.set(key, entry)
    return first === undefined
  })
}
