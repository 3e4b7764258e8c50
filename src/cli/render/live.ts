// HOST, pure. What a person watches while a run goes on: at most so many lines of at most so many columns. On top the run,
// then what stands in its way, then its subtasks as a tree, and its last events below.
import type { RunStatusReport } from '../../client/status'
import type { AgentEvent } from '../../contract/event'
import { recentEventPieces } from './event'
import { countsPieces, titlePieces } from './header'
import { isGoingOn, livingSubtasks } from './life'
import { painter, type Piece } from './line'
import { shares } from './shares'
import { treeLines } from './live-tree'
import { elapsed } from '../../contract/time'
import { peopleLines, runLines } from './waiting'
import { warnings } from './warnings'

export interface LiveOptions {
  /** Lines of the terminal that may be used. */
  height: number
  /** Columns of the terminal. */
  width: number
  color: boolean
  /** Milliseconds since the epoch. */
  now: number
  /** When `view` was told. */
  heardAt: number
  /** Why the newest question had no answer. */
  trouble?: string
  /** Counts the pictures drawn: something turns. */
  frame: number
  /** The newest events, the latest last. */
  events: readonly AgentEvent[]
}

/** Events at the bottom, and the part of the screen that is theirs even where the tree could use it. */
export const EVENTS_SHOWN = 5
const EVENTS_PART = 1 / 4
/** Below this height a line that only divides is not worth it. */
const ROOMY = 16

export function renderLive(view: RunStatusReport, options: LiveOptions): string[] {
  const { height, width, color, now, frame, events } = options
  const columns = Math.max(1, Math.floor(width))
  const living = livingSubtasks(view, options)
  const head = [
    titlePieces(view, { now, ...(isGoingOn(view, living, options) ? { frame } : {}) }),
    countsPieces(view, columns),
  ]
  const room = Math.max(0, height - head.length)
  const recent = events.slice(-EVENTS_SHOWN)
  const divider = recent.length > 0 && height >= ROOMY ? 1 : 0
  const upper = room - Math.min(recent.length, Math.floor(room * EVENTS_PART)) - divider
  const hints = [...troubleLines(options), ...peopleLines(view), ...warnings(view, now), ...runLines(view)]
  const [hintLines = 0, treeRoom = 0] = shares(
    [
      { size: hints.length, weight: 1 },
      { size: view.subtasks.length, weight: 2 },
    ],
    upper,
  )
  const tree = treeLines(view, { ...options, lines: treeRoom, width: columns, living })
  const left = room - hintLines - tree.length - divider
  const body: Piece[][] = [
    ...shortened(hints, hintLines),
    ...tree,
    ...(divider > 0 ? [[]] : []),
    ...recent.slice(Math.max(0, recent.length - Math.max(0, left))).map(recentEventPieces),
  ]
  const paint = painter(color)
  return [...head, ...body].slice(0, Math.max(0, height)).map((pieces) => paint(pieces, columns))
}

function troubleLines({ trouble, heardAt, now }: LiveOptions): Piece[][] {
  return trouble === undefined ? [] : [[['red', `! not heard of for ${elapsed(now - heardAt)}: ${trouble}`]]]
}

/** The first ones; a single line says more by its content than by a count. */
function shortened(lines: Piece[][], room: number): Piece[][] {
  if (lines.length <= room || room < 2) return lines.slice(0, room)
  return [...lines.slice(0, room - 1), [['dim', `  … ${lines.length - room + 1} more warnings`]]]
}
