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

/** A line of a section, and how many subtasks (or warnings) it speaks for. */
interface Entry {
  pieces: Piece[]
  count: number
}

export function renderLive(view: RunStatusReport, { height, width, color, now, frame }: LiveOptions): string[] {
  const columns = Math.max(1, Math.floor(width))
  const open = standings(view, now)
  const of = (kind: StandingKind): Standing[] => open.filter((standing) => standing.kind === kind)
  const running = of('running').map((standing) => ({ ...standing, count: 1 }))
  const waiting = WAITING.flatMap((kind) => together(of(kind)))
  const failed = view.subtasks.filter(({ state }) => state === 'failed')
  const names = nameColumns([...running, ...waiting].slice(0, height), columns)
  const sections = [
    section('warnings', warnings(view, now).map(single)),
    section('failed', failed.map(failure).map(single)),
    section(
      'running',
      running.map((entry) => ({ pieces: standingLine(entry, names, now, spinner(frame)), count: 1 })),
    ),
    section(
      'waiting',
      waiting.map((entry) => ({ pieces: standingLine(entry, names, now, mark(entry.row.state)), count: entry.count })),
    ),
  ]
  const head = [titlePieces(view, { now, frame }), countsPieces(view, columns)]
  const body = shareLines(sections, height - head.length).map(({ pieces }) => pieces)
  const paint = painter(color)
  return [...head, ...body].slice(0, Math.max(0, height)).map((pieces) => paint(pieces, columns))
}

function single(pieces: Piece[]): Entry {
  return { pieces, count: 1 }
}

function section(what: string, lines: Entry[]): Section<Entry> {
  const more = (omitted: readonly Entry[]): Entry => {
    const count = omitted.reduce((sum, entry) => sum + entry.count, 0)
    return { pieces: [['dim', `  … ${count} more ${what}`]], count }
  }
  return { lines, more }
}

/** A standing, and how many others of the same agent wait for the same. */
type Group = Standing & { count: number }

function together(standings: readonly Standing[]): Group[] {
  const groups = new Map<string, Group>()
  for (const standing of standings) {
    const { row, kind, text } = standing
    // Only what waits for the same slots; each of the others has a reason of its own
    const key = kind === 'slot' || kind === 'queued' ? `${row.agent}\n${text}` : `${groups.size}`
    const known = groups.get(key)
    if (known) known.count++
    else groups.set(key, { ...standing, count: 1 })
  }
  return [...groups.values()]
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
function nameColumns(groups: readonly Group[], width: number): NameColumns {
  const widest = (texts: string[]): number =>
    Math.min(Math.floor(width / 3), NAME_COLUMNS, Math.max(0, ...texts.map((text) => displayWidth(clean(text)))))
  return { id: widest(groups.map(nameOf)), agent: widest(groups.map(({ row }) => row.agent)) }
}

function nameOf({ row, count }: Group): string {
  return count === 1 ? row.id : `${count} subtasks`
}

function standingLine(group: Group, columns: NameColumns, now: number, sign: Piece): Piece[] {
  const { row, kind, text, count } = group
  const id = pad(cut(clean(nameOf(group)), columns.id), columns.id)
  const agent = pad(cut(clean(row.agent), columns.agent), columns.agent)
  const time = kind === 'running' ? `${runningFor(row, now)}  ` : ''
  const next: Piece = count === 1 ? undefined : ['dim', `; first ${row.id}`]
  return ['  ', sign, ` ${id}  `, ['dim', agent], `  ${time}`, [kind === 'retrying' ? 'yellow' : 'dim', text], next]
}
