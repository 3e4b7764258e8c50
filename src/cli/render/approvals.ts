// HOST, pure. What people are asked: for each request its question, what helps to decide it, and how to answer.
import type { Approval } from '../../client/approvals'
import { isObject, short, shortened, type JsonValue } from '../../contract/json'
import type { TimeoutMeaning } from '../../contract/run'
import { elapsed, since } from '../../contract/time'
import { cleanLines } from './clean'
import { painter, type Piece } from './line'
import { mark } from './marks'
import { commandPieces } from './waiting'

/** Characters of details, and lines of a prompt: `-o json` has all of it. */
const DETAILS_LENGTH = 400
/** Of the input of a call or an effect, which is what is approved: its end is not dropped unsaid. */
const INPUT_LENGTH = 2_000
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
    ...(details === undefined ? [] : detailLines(details)),
    ['   ', ...commandPieces(approval)],
  ]
}

/** The input first, by itself: what stands beside it may be long. */
function detailLines(details: JsonValue): Piece[][] {
  if (!isObject(details) || !('input' in details)) return [[['dim', `    ${short(details, DETAILS_LENGTH)}`]]]
  const { input, ...others } = details
  const text = JSON.stringify(input)
  const shown = shortened(text, INPUT_LENGTH)
  // In the place of the rest there is one that says so
  const more = shown === text ? 0 : text.length - shown.length + 1
  return [
    [`    input: ${shown}`, more > 0 ? ['yellow', ` ${more} more characters: -o json has them`] : undefined],
    ...(Object.keys(others).length > 0 ? [[['dim', `    ${short(others, DETAILS_LENGTH)}`]] as Piece[]] : []),
  ]
}

function expiry({ expiresAt, onTimeout = 'fail' }: Approval, now: number): string {
  if (expiresAt === undefined) return ''
  const left = Date.parse(expiresAt) - now
  return ` · ${left > 0 ? `in ${elapsed(left)}` : 'now'} it counts as ${MEANINGS[onTimeout]}`
}
