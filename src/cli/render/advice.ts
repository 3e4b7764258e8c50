// HOST, pure. The advice as a table: each criterion, what was said, what it speaks for; the advice last.
import type { Advice, Judged } from '../../advise/advise'
import { painter, type Piece } from './line'
import { pad } from './width'

const NEXT: Record<Advice['advice'], string> = {
  'one agent': 'troupe code "REQUEST" --mode single, or a plan of one subtask',
  team: 'troupe code "REQUEST", or a plan with a subtask for each part',
}

export function renderAdvice({ criteria, votes, advice }: Advice, { color }: { color: boolean }): string[] {
  const paint = painter(color)
  const columns = (texts: string[]): number => Math.max(...texts.map((text) => text.length))
  const ids = columns(criteria.map(({ id }) => id))
  const answers = columns(criteria.map(answer))
  const line = (judged: Judged): Piece[] => [
    pad(judged.id, ids + 2),
    judged.said === undefined ? ['dim', pad(answer(judged), answers)] : pad(answer(judged), answers),
    '  → ',
    [judged.speaksFor === 'team' ? 'cyan' : 'green', judged.speaksFor],
  ]
  return [
    ...criteria.map(line),
    ['advice: ', ['bold', advice], ['dim', ` (${votes['one agent']} for one agent, ${votes.team} for a team)`]],
    [['dim', `next: ${NEXT[advice]}`]],
  ].map((pieces) => paint(pieces as Piece[]))
}

function answer({ said, meaning }: Judged): string {
  return said === undefined ? 'not said: counts for the simple one' : `${said}: ${meaning}`
}
