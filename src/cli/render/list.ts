// HOST, pure. Runs as a table: id, status, plan, team, when it started, how long it took.
import type { RunSummary } from '../../client'
import { clean } from './clean'
import { painter, type Piece } from './line'
import { mark, styled } from './marks'
import { duration, elapsed, since } from '../../contract/time'
import { displayWidth, pad } from './width'

/** Columns to which a cell is padded at most. */
const CELL_COLUMNS = 40
const HEADINGS = ['run', 'status', 'plan', 'team', 'started', 'took'] as const

export function renderList(runs: readonly RunSummary[], { color, now }: { color: boolean; now: number }): string[] {
  const paint = painter(color)
  if (runs.length === 0) return [paint([['dim', 'no runs yet: troupe run PLAN starts one']])]
  const rows = runs.map((run) => cells(run, now))
  const columns = HEADINGS.map((heading, place) =>
    Math.min(CELL_COLUMNS, Math.max(...[heading, ...rows.map((row) => row[place]!)].map(displayWidth))),
  )
  const line = (texts: readonly string[]): string[] => texts.map((text, place) => `${pad(text, columns[place]!)}  `)
  return [
    paint([['dim', `  ${line(HEADINGS).join('')}`]]).trimEnd(),
    ...rows.map((row, place) => {
      const { status } = runs[place]!
      const [id, state, ...others] = line(row)
      const pieces: Piece[] = [mark(status), ` ${id}`, styled(status, state!), ['dim', others.join('').trimEnd()]]
      return paint(pieces).trimEnd()
    }),
  ]
}

function cells({ id, status, plan, team, startedAt, endedAt }: RunSummary, now: number): string[] {
  const took = endedAt === undefined ? '' : duration(since(startedAt, Date.parse(endedAt)))
  return [id, status, plan ?? '', team ?? '', `${elapsed(since(startedAt, now))} ago`, took].map(clean)
}
