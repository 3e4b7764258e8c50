// HOST, pure. Model calls as a table: model, tokens, cost, time, and what became of those that were not answered.
import type { ModelCall, ModelCallState } from '../../client/model-calls'
import { usdText } from '../../contract/run/budget-texts'
import { clock, duration } from '../../contract/time'
import { painter, type Piece } from './line'
import { tableLines } from './table'
import { tokenCount } from './tokens'

const HEADINGS = ['attempt', 'call', 'model', 'tokens in', 'out', 'cost', 'asked at', 'took', ''] as const
const WORDS: Record<ModelCallState, string> = {
  answered: '',
  unused: 'paid, and not used',
  waiting: 'no answer yet',
  'cut-off': 'cut off, and perhaps billed',
  refused: 'refused, not billed',
}

/** With the subtask of each where they are of several. */
export function renderCalls(
  calls: readonly ModelCall[],
  { color, named }: { color: boolean; named: boolean },
): string[] {
  const paint = painter(color)
  if (calls.length === 0) return [paint([['dim', 'no model was called']])]
  const headings = named ? ['subtask', ...HEADINGS] : HEADINGS
  const { heading, lines } = tableLines(
    headings,
    calls.map((call) => (named ? [call.subtask, ...cells(call)] : cells(call))),
  )
  const all: Piece[] = [['dim', heading], ...lines, ['dim', total(calls)]]
  return all.map((piece) => paint([piece]).trimEnd())
}

/** What nobody recorded, or knows, is a dash, or said to be unknown: never 0. */
function cells({ attempt, number, model = '–', tokens, usd, askedAt, durationMs, state }: ModelCall): string[] {
  const sign = tokens?.estimated ? '~' : ''
  return [
    String(attempt + 1),
    number === undefined ? '–' : String(number + 1),
    model,
    tokens ? `${sign}${tokenCount(tokens.input)}` : '–',
    tokens ? `${sign}${tokenCount(tokens.output)}` : '–',
    tokens ? costText(usd) : '–',
    askedAt === undefined ? '–' : clock(askedAt),
    durationMs === undefined ? '–' : duration(durationMs),
    WORDS[state],
  ]
}

function total(calls: readonly ModelCall[]): string {
  const paid = calls.flatMap(({ tokens, usd }) => (tokens ? [{ ...tokens, usd }] : []))
  const sum = (of: (call: (typeof paid)[number]) => number): number => paid.reduce((all, call) => all + of(call), 0)
  const known = paid.every(({ usd }) => usd !== undefined)
  const tokens = `${tokenCount(sum(({ input }) => input))} tokens in, ${tokenCount(sum(({ output }) => output))} out`
  const cost = costText(known ? sum(({ usd }) => usd ?? 0) : undefined)
  return `${calls.length} call${calls.length === 1 ? '' : 's'}, ${tokens}, cost ${cost}`
}

function costText(usd: number | undefined): string {
  return usd === undefined ? 'unknown' : usdText(usd)
}
