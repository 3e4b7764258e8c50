// PURE. Whether a call may be made: what it may use at most has to fit into every budget that it counts against, together with
// what is spent there and what others have reserved.
import { BUDGET_KEYS, levelName, type Budget, type BudgetKey, type BudgetLeft, type BudgetLevel } from '../budget'
import { usdOf, wholeBillionths } from '../prices'
import type { Amount, BudgetBook } from './budget-book'

/** What a call wants. */
export interface Demand {
  /** Tokens of its input, at most. */
  input: number
  /** Tokens that its answer may have. */
  output: number
  /** Fewer are not worth a call. */
  least: number
  /**
   * Nobody has said how long its answer may be, and `output` is what the model can do: of a small budget it gets so many
   * tokens. The provider is told what is granted, or it would allow more.
   */
  enough?: number
  /** Its answer is a stream: it may end only when its reader, who may make other calls meanwhile, reads on. */
  streamed?: boolean
  /** Its price in US dollars; absent where nobody knows. */
  price?: { input: number; perOutputToken: number }
}

/** The part of a budget that an answer of unsaid length may take: so many calls are made at once, and none is to wait long. */
const SHARE = 1 / 16

/** What stands in a call's way. */
export interface Obstacle {
  level: BudgetLevel
  key: BudgetKey
}

export type Admission =
  | { kind: 'granted'; output: number; amount: Amount }
  /** There may be room when others have ended. */
  | ({ kind: 'wait' } & Obstacle)
  | ({ kind: 'refused' } & Obstacle)
  | { kind: 'unpriced'; level: BudgetLevel }

export interface Circumstances {
  /** In milliseconds since the epoch. */
  now: number
  /** Whether it waits for a longer answer: so it does unless said. */
  patient?: boolean
  /** What the same execution has reserved that may not be given back before this call was made. */
  held?: readonly Amount[]
}

/**
 * A shortened answer is granted where no longer one can come of waiting, or where nobody is `patient`: what others give back is
 * most of what they have reserved, and an answer that is cut off is of no use.
 */
export function admit(
  book: BudgetBook,
  levels: readonly BudgetLevel[],
  wanted: Demand,
  { now, patient = true, held = [] }: Circumstances,
): Admission {
  const unpriced = wanted.price ? undefined : levels.find(({ limits }) => limits.usd !== undefined)
  if (unpriced) return { kind: 'unpriced', level: unpriced }
  const demand = { ...wanted, output: answerOf(levels, wanted) }
  const free = longestAnswer(levels, demand, (level) =>
    room(level, now, [book.spent(levelName(level)), book.reserved(levelName(level))]),
  )
  const later = longestAnswer(levels, demand, (level) => room(level, now, [book.spent(levelName(level)), ...held]))
  if (!fits(later.output, demand)) return { kind: 'refused', ...later.bound! }
  const waits = !fits(free.output, demand) || (patient && free.output < later.output)
  if (waits) return { kind: 'wait', ...free.bound! }
  return { kind: 'granted', output: free.output, amount: amountOf(demand, free.output) }
}

/** What is left, less what calls that are under way may use. */
export function budgetLeft(book: BudgetBook, levels: readonly BudgetLevel[], now: number): BudgetLeft[] {
  return levels.map((level) => {
    const { assumed: _assumed, since: _since, ...owner } = level
    const name = levelName(level)
    const { billionths, ...free } = room(level, now, [book.spent(name), book.reserved(name)])
    const left: Budget = { ...free, ...(billionths === undefined ? {} : { usd: usdOf(billionths) }) }
    for (const key of BUDGET_KEYS) if (left[key] !== undefined) left[key] = Math.max(0, left[key])
    return { ...owner, left }
  })
}

function amountOf(demand: Demand, output: number): Amount {
  const billionths = demand.price && costOf(demand.price, output)
  return { calls: 1, tokens: demand.input + output, ...(billionths === undefined ? {} : { billionths }) }
}

/** What is left of each key that is limited, money in billionths. */
type Room = Omit<Budget, 'usd'> & { billionths?: number }

function room({ limits, since }: BudgetLevel, now: number, taken: readonly Amount[]): Room {
  const used = (key: keyof Amount): number => taken.reduce((sum, amount) => sum + (amount[key] ?? 0), 0)
  const { usd, tokens, calls, wallMs } = limits
  return {
    ...(usd === undefined ? {} : { billionths: wholeBillionths(usd) - used('billionths') }),
    ...(tokens === undefined ? {} : { tokens: tokens - used('tokens') }),
    ...(calls === undefined ? {} : { calls: calls - used('calls') }),
    ...(wallMs === undefined ? {} : { wallMs: wallMs - (since === undefined ? 0 : now - Date.parse(since)) }),
  }
}

/** The longest answer that fits everywhere, and what bounds it, if anything does. */
function longestAnswer(
  levels: readonly BudgetLevel[],
  demand: Demand,
  roomOf: (level: BudgetLevel) => Room,
): { output: number; bound?: Obstacle } {
  let longest: { output: number; bound?: Obstacle } = { output: demand.output }
  for (const level of levels) {
    const here = roomOf(level)
    for (const key of BUDGET_KEYS) {
      const output = answerWithin(here, key, demand)
      if (output < longest.output) longest = { output, bound: { level, key } }
    }
  }
  return longest
}

/** What it wants, or less where nobody has said that it must be so long. It does not change while a run spends. */
function answerOf(levels: readonly BudgetLevel[], demand: Demand): number {
  if (demand.enough === undefined) return demand.output
  const share = ({ limits: { usd, tokens } }: BudgetLevel): Room => ({
    ...(usd === undefined ? {} : { billionths: wholeBillionths(usd) * SHARE }),
    ...(tokens === undefined ? {} : { tokens: Math.floor(tokens * SHARE) }),
  })
  return Math.max(demand.enough, longestAnswer(levels, demand, share).output)
}

/** The longest answer that fits; below 0 where not even the question does. */
function answerWithin(free: Room, key: BudgetKey, { input, output, price }: Demand): number {
  if (key === 'usd') return free.billionths === undefined ? output : affordable(free.billionths, price!, output)
  const left = free[key]
  if (left === undefined) return output
  if (key === 'tokens') return Math.min(output, left - input)
  return left > 0 ? output : -1
}

/** An answer of no token is none, unless that is what was asked for. */
function fits(answer: number, { least }: Demand): boolean {
  return answer >= Math.max(0, least)
}

type Price = NonNullable<Demand['price']>

function affordable(billionths: number, price: Price, output: number): number {
  if (costOf(price, output) <= billionths) return output
  if (costOf(price, 0) > billionths) return -1
  let answer = Math.min(output, Math.floor((billionths - costOf(price, 0)) / (price.perOutputToken * 1e9)))
  // Fractions of a billionth are lost on the way, and a sum must not be too high for one
  while (answer > 0 && costOf(price, answer) > billionths) answer--
  return answer
}

/** In whole billionths, rounded up: a sum of such is never too low. */
function costOf({ input, perOutputToken }: Price, output: number): number {
  return Math.ceil((input + perOutputToken * output) * 1e9)
}

/** What not even the shortest answer can do without. */
export function leastNeed(key: BudgetKey, { input, least, price }: Demand): number | undefined {
  if (key === 'tokens') return input + least
  return key === 'usd' && price ? price.input + price.perOutputToken * least : undefined
}
