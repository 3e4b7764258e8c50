// HOST, pure. What people are asked: for each request its question, what helps to decide it, and how to answer.
import type { Approval } from '../../client/approvals'
import { short } from '../../contract/json'
import type { TimeoutMeaning } from '../../contract/run'
import { elapsed, since } from '../../contract/time'
import { cleanLines } from './clean'
import { painter, type Piece } from './line'
import { mark } from './marks'
import { commandPieces } from './waiting'

/** Characters of details, and lines of a prompt: `-o json` has all of it. */
const DETAILS_LENGTH = 400
const PROMPT_LINES = 10
const MEANINGS: Record<TimeoutMeaning, string> = { approve: 'approved', reject: 'rejected', fail: 'a failure' }

export function renderApprovals(
  approvals: readonly Approval[],
  { color, now }: { color: boolean; now: number },
): string[] {
  const paint = painter(color)
  if (approvals.length === 0) return [paint([['dim', 'nobody is asked anything']])]
  return approvals.flatMap((approval) => approvalLines(approval, now)).map((pieces) => paint(pieces).trimEnd())
}

function approvalLines(approval: Approval, now: number): Piece[][] {
  const { run, subtask, prompt, choices, details, askedAt } = approval
  const [question = '', ...others] = cleanLines(prompt)
  const asked = askedAt === undefined ? '' : `  asked ${elapsed(since(askedAt, now))} ago`
  return [
    [mark('asking'), ' ', ['bold', `${run} ${subtask}`], ['dim', `${asked}${expiry(approval, now)}`]],
    ...[question, ...others.slice(0, PROMPT_LINES - 1)].map((line): Piece[] => [`    ${line}`]),
    ...(choices ? [[['dim', `    one of: ${choices.join(' | ')}`]] as Piece[]] : []),
    ...(details === undefined ? [] : [[['dim', `    ${short(details, DETAILS_LENGTH)}`]] as Piece[]]),
    ['   ', ...commandPieces(approval)],
  ]
}

function expiry({ expiresAt, onTimeout = 'fail' }: Approval, now: number): string {
  if (expiresAt === undefined) return ''
  const left = Date.parse(expiresAt) - now
  return ` · ${left > 0 ? `in ${elapsed(left)}` : 'now'} it counts as ${MEANINGS[onTimeout]}`
}
