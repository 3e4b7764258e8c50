// HOST, pure. What a person watches while a run goes on: at most so many lines of at most so many columns.
import type { RunStatusReport } from '../../client/status'
import type { SubtaskRow } from '../../contract/run'
import { countsPieces, titlePieces } from './header'
import { painter, type Piece } from './line'
import { mark, spinner } from './marks'
import { shareLines, type Section } from './share-lines'
import { runningFor, standings, type Standing, type StandingKind } from './standing'
import { clean } from './clean'
import { warnings } from './warnings'
import { cut, displayWidth, pad } from './width'

export interface LiveOptions {
  /** Lines of the terminal that may be used. */
  height: number
  /** Columns of the terminal. */
  width: number
  color: boolean
  /** Milliseconds since the epoch. */
  now: number
  /** Counts the pictures drawn: something turns. */
  frame: number
}

/** Columns of an id, or of an agent's name: the reason beside it needs room too. */
const NAME_COLUMNS = 36
/** Failures first, then what moves, then what waits, the nearest to its start first. */
const WAITING: readonly StandingKind[] = ['retrying', 'queued', 'joining', 'slot', 'dependencies']

export function renderLive(view: RunStatusReport, { height, width, color, now, frame }: LiveOptions): string[] {
  const columns = Math.max(1, Math.floor(width))
  const open = standings(view, now)
  const of = (kind: StandingKind): Standing[] => open.filter((standing) => standing.kind === kind)
  const running = of('running')
  const waiting = WAITING.flatMap(of)
  const failed = view.subtasks.filter(({ state }) => state === 'failed')
  const names = nameColumns(
    [...running, ...waiting].slice(0, height).map(({ row }) => row),
    columns,
  )
  const sections: Section<Piece[]>[] = [
    section(warnings(view, now), 'warnings'),
    section(failed.map(failure), 'failed'),
    section(
      running.map((standing) => standingLine(standing, names, now, spinner(frame))),
      'running',
    ),
    section(
      waiting.map((standing) => standingLine(standing, names, now, mark(standing.row.state))),
      'waiting',
    ),
  ]
  const head = [titlePieces(view, { now, frame }), countsPieces(view, columns)]
  const paint = painter(color)
  const lines = [...head, ...shareLines(sections, height - head.length)]
  return lines.slice(0, Math.max(0, height)).map((pieces) => paint(pieces, columns))
}

function section(lines: Piece[][], what: string): Section<Piece[]> {
  return { lines, more: (count) => [['dim', `  … ${count} more ${what}`]] }
}

function failure({ id, error }: SubtaskRow): Piece[] {
  const hint = error?.hint === undefined ? undefined : (['dim', ` (${error.hint})`] as const)
  return ['  ', mark('failed'), ` ${id} `, ['red', error?.code ?? ''], ` ${error?.message ?? ''}`, hint]
}

interface NameColumns {
  id: number
  agent: number
}

/** Names stand below each other where they are of a usual length. */
function nameColumns(rows: readonly SubtaskRow[], width: number): NameColumns {
  const widest = (texts: string[]): number =>
    Math.min(Math.floor(width / 3), NAME_COLUMNS, Math.max(0, ...texts.map((text) => displayWidth(clean(text)))))
  return { id: widest(rows.map(({ id }) => id)), agent: widest(rows.map(({ agent }) => agent)) }
}

function standingLine({ row, kind, text }: Standing, columns: NameColumns, now: number, sign: Piece): Piece[] {
  const id = pad(cut(clean(row.id), columns.id), columns.id)
  const agent = pad(cut(clean(row.agent), columns.agent), columns.agent)
  const time = kind === 'running' ? `${runningFor(row, now)}  ` : ''
  return ['  ', sign, ` ${id}  `, ['dim', agent], `  ${time}`, [kind === 'retrying' ? 'yellow' : 'dim', text]]
}
