// HOST, pure. A run's first two lines: what it is and since when, and its counts as a bar.
import type { RunStatusReport } from '../../client/status'
import type { SubtaskState } from '../../contract/run'
import { countPieces, mark, spinner, styled } from './marks'
import type { Piece } from './line'
import { duration, elapsed, since } from '../../contract/time'
import { usageText } from './tokens'

/** Columns of the bar: enough to see a hundredth move, and room for the counts beside it. */
const BAR = 30

export function titlePieces(view: RunStatusReport, { now, frame }: { now: number; frame?: number }): Piece[] {
  const { status, plan, runId, startedAt, endedAt } = view
  const open = status === 'running' || status === 'preparing'
  const took = endedAt === undefined ? elapsed(since(startedAt, now)) : duration(since(startedAt, Date.parse(endedAt)))
  const tokens = usageText(view)
  return [
    open && frame !== undefined ? spinner(frame) : mark(status),
    ' ',
    ['bold', plan || 'run'],
    ['dim', ` ${runId}`],
    ' ',
    styled(status, status),
    ['dim', ` ${took}`],
    tokens === '' ? undefined : ['dim', ` · ${tokens}`],
  ]
}

export function countsPieces({ counts }: RunStatusReport, width: number): Piece[] {
  return [...barPieces(counts, Math.min(BAR, Math.floor(width / 3))), ...countPieces(counts)]
}

/** Successes, then other ends, then what is open; an end that is no success always shows. */
function barPieces(counts: Record<SubtaskState, number>, columns: number): Piece[] {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const bad = counts.failed + counts.skipped + counts.cancelled
  if (all === 0 || columns < 3) return []
  const red = Math.max(Math.round((columns * bad) / all), bad > 0 ? 1 : 0)
  const green = Math.min(columns - red, Math.floor((columns * counts.succeeded) / all))
  const rest = columns - red - green
  return [
    ['green', '█'.repeat(green)],
    ['red', '█'.repeat(red)],
    ['dim', '░'.repeat(rest)],
    ` ${counts.succeeded + bad}/${all}  `,
  ]
}
