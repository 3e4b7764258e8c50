// HOST, pure. Which subtasks a picture of so many lines shows: all of them, or the ones that a person asks for first.
import type { SubtaskRow } from '../../contract/run'
import type { WaitingKind } from '../../contract/run/waiting'
import { shares } from './shares'
import { lineTogether, slotsTogether, type Entry } from './together'
import { inTreeOrder } from './tree'
import type { Reasons } from './waiting'

/** In the order in which they keep their lines; each gets so many in turn. */
const SECTIONS = { failed: 2, people: 2, moving: 4, waiting: 2, done: 1 } as const
type Section = keyof typeof SECTIONS
/** What waits: the nearest to its start first. */
const NEAREST: readonly WaitingKind[] = ['retrying', 'queued', 'joining', 'evaluating', 'slot', 'map']
const MOVING: readonly WaitingKind[] = ['running', 'blocked', 'unserved']
const OF_PEOPLE: readonly WaitingKind[] = ['asking', 'held', 'settling']

/** The entries in the order of the tree; what is left out is hidden, and one line is kept to say so. */
export function chooseEntries(
  rows: readonly SubtaskRow[],
  reasons: Reasons,
  room: number,
): { shown: Entry[]; hidden: Entry[] } {
  const each = inTreeOrder(rows).map(({ row, place }): Entry => ({ row, place, count: 1 }))
  const all = lineTogether(each, reasons)
  const entries = all.length <= room ? all : slotsTogether(all, reasons)
  if (entries.length <= room) return { shown: entries, hidden: [] }
  const sections = (Object.keys(SECTIONS) as Section[]).map((section) => ({
    weight: SECTIONS[section],
    entries: sorted(
      section,
      entries.filter(({ row }) => sectionOf(row, reasons) === section),
      reasons,
    ),
  }))
  const given = shares(
    sections.map(({ weight, entries: { length: size } }) => ({ size, weight })),
    room - 1,
  )
  const chosen = new Set(sections.flatMap((section, place) => section.entries.slice(0, given[place])))
  return { shown: entries.filter((entry) => chosen.has(entry)), hidden: entries.filter((entry) => !chosen.has(entry)) }
}

function sectionOf(row: SubtaskRow, reasons: Reasons): Section {
  if (row.state === 'failed') return 'failed'
  const kind = reasons.get(row.id)?.kind
  if (kind === undefined) return 'done'
  if (OF_PEOPLE.includes(kind)) return 'people'
  return MOVING.includes(kind) ? 'moving' : 'waiting'
}

function sorted(section: Section, entries: Entry[], reasons: Reasons): Entry[] {
  if (section === 'done') return entries.sort((a, b) => (b.row.endedAt ?? '').localeCompare(a.row.endedAt ?? ''))
  const nearness = ({ row }: Entry): number => {
    const place = NEAREST.indexOf(reasons.get(row.id)?.kind ?? 'dependencies')
    return place === -1 ? NEAREST.length : place
  }
  return section === 'waiting' ? entries.sort((a, b) => nearness(a) - nearness(b)) : entries
}
