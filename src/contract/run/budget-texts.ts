// PURE. Budgets in words: whose, how much of what, and what to do when one is used up.
import { BUDGET_KEYS, type Budget, type BudgetKey, type BudgetLevel, type BudgetOwner } from '../budget'
import { TroupeError } from '../errors'
import { preview } from '../json'
import { duration } from '../time'
import type { Obstacle } from './admission'
import { describeSpending, sum, tokenNumber, type Spent } from './spending'

/** Money as a person reads it: cents, and two digits that count where it is less. */
export function usdText(usd: number): string {
  return `$${usd.toFixed(usd > 0 && usd < 1 ? Math.max(2, 1 - Math.floor(Math.log10(usd))) : 2)}`
}

/** `$0.50`, `20,000 tokens`, `12 calls`, `2 min 5 s`. */
export function budgetValue(key: BudgetKey, value: number): string {
  if (key === 'usd') return usdText(value)
  if (key === 'wallMs') return duration(value)
  if (key === 'tokens') return `${tokenNumber(Math.floor(value))} tokens`
  return `${value} call${value === 1 ? '' : 's'}`
}

/** All that a budget limits, with commas between. */
export function budgetText(budget: Budget): string {
  return BUDGET_KEYS.flatMap((key) => (budget[key] === undefined ? [] : [budgetValue(key, budget[key])])).join(', ')
}

export function ownerText(owner: BudgetOwner): string {
  return owner.level === 'run' ? 'the run' : `the ${owner.level} ${preview(owner.name)}`
}

const FLAGS: Record<BudgetKey, string> = { usd: '--usd', tokens: '--tokens', calls: '--calls', wallMs: '--wall' }

/** The options of `troupe budget` that raise a budget. */
export function raiseOptions(owner: BudgetOwner, key: BudgetKey, value = 'N'): string[] {
  const whose = owner.level === 'run' ? [] : [owner.level === 'agent' ? '--agent' : '--task', owner.name]
  return [FLAGS[key], value, ...whose]
}

const VERBS: Record<BudgetKey, string> = { usd: 'spend', tokens: 'use', calls: 'make', wallMs: 'take' }

export interface UsedUp {
  left: number
  /** What the next call needs at least. */
  needs?: number | undefined
  /** By subtask, where it is the whole run's. */
  spent?: readonly Spent[]
}

/** What a call is answered with that a budget has no room for. */
export function budgetExceeded({ level, key }: Obstacle, { left, needs, spent = [] }: UsedUp): TroupeError {
  const value = (amount: number): string => budgetValue(key, amount)
  const used = spent.length === 0 ? '' : ` and has used ${tokenNumber(sum(spent))}: ${describeSpending(spent)}`
  const rest = left <= 0 ? 'nothing is left' : `${value(left)} left`
  const missing = needs === undefined || left <= 0 ? '' : `, the next call needs ${value(needs)}`
  const message = `${ownerText(level)} may ${VERBS[key]} ${value(level.limits[key]!)}${used}; ${rest}${missing}`
  const anew = level.level === 'run' ? `start it again with more: ${STARTS[key]}; or, ` : ''
  const raise = `where it is held (--on-budget hold), troupe budget RUN ${raiseOptions(level, key).join(' ')} raises it`
  return new TroupeError('BudgetExceeded', message, { hint: `${anew}${raise}` })
}

/** What `troupe budget` is to be told, by the hint that a subtask failed with. */
export function raiseOf(hint = ''): string[] {
  const [, option = '--usd', whose, name] = RAISE.exec(hint) ?? []
  return [option, 'N', ...(whose === undefined || name === undefined ? [] : [whose, name])]
}

const RAISE = /troupe budget RUN (--[a-z]+) N(?: (--[a-z]+) (.+?))? raises it/

/** What to do about a model of which nobody knows the price. */
export const PRICE_HINT =
  'say what it costs: prices: {"<provider>/<model>": {"inputPerMillion": 1, "outputPerMillion": 5}}; or limit tokens or calls'

export function priceUnknown(level: BudgetLevel): TroupeError {
  const message = `${ownerText(level)} may spend ${usdText(level.limits.usd!)}, and nobody knows what the model costs`
  return new TroupeError('PriceUnknown', message, { hint: PRICE_HINT })
}

const STARTS: Record<BudgetKey, string> = {
  usd: '--max-cost N',
  tokens: '--max-tokens N, or maxTokens',
  calls: 'budget: {calls: N}',
  wallMs: 'budget: {wallMs: N}',
}
