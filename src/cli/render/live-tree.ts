// HOST, pure. The subtasks of a run as a tree in so many lines. Where there are more of them, failures and what moves stay
// longest, and the last line counts what is not shown.
import type { RunStatusReport } from '../../client/status'
import type { SubtaskRow, SubtaskState } from '../../contract/run'
import { chooseEntries } from './live-entries'
import { clean } from './clean'
import type { Heard } from './life'
import { rowFacts } from './live-row'
import type { Piece } from './line'
import { countPieces, mark, spinner } from './marks'
import type { Entry } from './together'
import { reasonsOf } from './waiting'
import { cut, displayWidth, pad } from './width'

export interface TreeOptions extends Heard {
  lines: number
  width: number
  frame: number
  /** Ids of the subtasks that are known to be worked on. */
  living: ReadonlySet<string>
}

/** Columns of a name with its indentation, and of an agent's name: what is said beside them needs room too. */
const NAME_COLUMNS = 44
const AGENT_COLUMNS = 24

/** An entry and where it stands among those that are shown. */
interface Line {
  entry: Entry
  name: string
}

export function treeLines(view: RunStatusReport, options: TreeOptions): Piece[][] {
  const { lines: room, width, frame, living } = options
  if (room <= 0) return []
  const reasons = reasonsOf(view)
  const { shown, hidden } = chooseEntries(view.subtasks, reasons, room)
  const lines = shown.map((entry): Line => ({ entry, name: nameOf(entry, shown, view.subtasks) }))
  const columns = {
    name: columnsOf(
      lines.map(({ name }) => name),
      Math.min(NAME_COLUMNS, Math.floor(width * 0.4)),
    ),
    agent: columnsOf(
      shown.map(({ row }) => row.agent),
      Math.min(AGENT_COLUMNS, Math.floor(width / 4)),
    ),
  }
  const pending = new Map(view.pending.map((execution) => [execution.subtask, execution]))
  const drawn = lines.map(({ entry, name }): Piece[] => {
    const { row, count } = entry
    const isTurning = row.state === 'running' && living.has(row.id)
    const sign = isTurning ? spinner(frame) : mark(row.state)
    const indent = /^ */.exec(name)![0]
    return [
      `  ${indent}`,
      sign,
      ` ${pad(cut(name.slice(indent.length), columns.name - indent.length), columns.name - indent.length)}  `,
      ['dim', pad(cut(clean(row.agent), columns.agent), columns.agent)],
      '  ',
      ...rowFacts({ row, reason: reasons.get(row.id), execution: pending.get(row.id), ...options }),
      count === 1 ? undefined : ['dim', `; first ${row.id}`],
    ]
  })
  return hidden.length === 0 ? drawn : [...drawn, moreLine(hidden)]
}

/** Below the nearest ancestor that is shown, without the part of the id that this one says. */
function nameOf(entry: Entry, shown: readonly Entry[], rows: readonly SubtaskRow[]): string {
  const places = new Set(shown.map(({ place }) => place))
  const ancestors: SubtaskRow[] = []
  for (let above = entry.row.parent; above !== undefined; above = rows[above]?.parent)
    if (places.has(above)) ancestors.push(rows[above]!)
  const prefix = ancestors[0] ? `${ancestors[0].id}/` : ''
  const { id } = entry.row
  const short = entry.count > 1 ? `${entry.count} subtasks` : id.startsWith(prefix) ? id.slice(prefix.length) : id
  return `${'  '.repeat(ancestors.length)}${clean(short)}`
}

function columnsOf(texts: readonly string[], limit: number): number {
  return Math.min(limit, Math.max(0, ...texts.map((text) => displayWidth(clean(text)))))
}

function moreLine(hidden: readonly Entry[]): Piece[] {
  const counts: Partial<Record<SubtaskState, number>> = {}
  for (const { row, count } of hidden) counts[row.state] = (counts[row.state] ?? 0) + count
  return [['dim', '  … not shown: '], ...countPieces(counts)]
}
