// HOST, pure. The sign and the style of each state, the same wherever it is shown.
import type { RunStatus, SubtaskState } from '../../contract/run'
import type { Piece, Style } from './line'

const MARKS: Record<SubtaskState | RunStatus, readonly [sign: string, style: Style]> = {
  preparing: ['○', 'dim'],
  waiting: ['○', 'dim'],
  ready: ['○', 'dim'],
  running: ['●', 'cyan'],
  joining: ['◐', 'cyan'],
  asking: ['?', 'yellow'],
  held: ['‖', 'yellow'],
  succeeded: ['✓', 'green'],
  failed: ['✗', 'red'],
  skipped: ['–', 'yellow'],
  cancelled: ['⊘', 'yellow'],
}

/** States in the order in which people ask for them. */
export const STATES: readonly SubtaskState[] = [
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
  'running',
  'joining',
  'asking',
  'held',
  'ready',
  'waiting',
]

export function mark(state: SubtaskState | RunStatus): Piece {
  const [sign, style] = MARKS[state]
  return [style, sign]
}

export function styled(state: SubtaskState | RunStatus, text: string): Piece {
  return [MARKS[state][1], text]
}

/** `3 succeeded · 1 failed`, without what there is none of. */
export function countPieces(counts: Partial<Record<SubtaskState, number>>): Piece[] {
  const present = STATES.filter((state) => (counts[state] ?? 0) > 0)
  return present.flatMap((state, place) => [place > 0 ? ' · ' : undefined, styled(state, `${counts[state]} ${state}`)])
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const

/** What turns while something runs. */
export function spinner(frame: number): Piece {
  return ['cyan', FRAMES[Math.abs(Math.trunc(frame)) % FRAMES.length] ?? FRAMES[0]]
}
