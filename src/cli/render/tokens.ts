// HOST, pure. Tokens as a person reads them, what they cost, and the calls of which nobody knows whether they were billed.
import type { Cost } from '../../contract/prices'
import { usdText } from '../../contract/run/budget-texts'
import type { Piece } from './line'

/** `950`, `12.3k`, `1.2M`: cut, never rounded up, since nobody should read a cap that was not reached. */
export function tokenCount(tokens: number): string {
  if (tokens < 1_000) return String(tokens)
  const [unit, sign] = tokens < 1_000_000 ? [1_000, 'k'] : [1_000_000, 'M']
  return `${(Math.floor((tokens * 10) / unit) / 10).toFixed(1)}${sign}`
}

export interface Usage {
  tokensUsed?: number
  cost?: Cost
  unconfirmedCalls?: number
}

/** `12.3k tokens, $0.04, 1 call unconfirmed`; empty where no model was called. */
export function usageText({ tokensUsed = 0, cost, unconfirmedCalls = 0 }: Usage): string {
  if (tokensUsed === 0 && unconfirmedCalls === 0 && cost === undefined) return ''
  return [
    `${tokenCount(tokensUsed)} tokens`,
    ...(cost === undefined ? [] : [costText(cost)]),
    ...(unconfirmedCalls > 0 ? [`${unconfirmedCalls} call${unconfirmedCalls === 1 ? '' : 's'} unconfirmed`] : []),
  ].join(', ')
}

/** Agents that are named; the rest is counted. */
const NAMED = 6

/** What each agent has used, where there is more than one. */
export function spentLines(spent: Readonly<Record<string, Usage>>): Piece[][] {
  const agents = Object.entries(spent).sort(([, a], [, b]) => (b.tokensUsed ?? 0) - (a.tokensUsed ?? 0))
  if (agents.length < 2) return []
  const named = agents.slice(0, NAMED).map(([name, usage]) => `${name} ${usageText(usage)}`)
  const more = agents.length > NAMED ? [`${agents.length - NAMED} more`] : []
  return [[['dim', `  ${[...named, ...more].join(' · ')}`]]]
}

/** `$0.04`, or that nobody knows. */
export function costText(cost: Cost): string {
  return cost === 'unknown' ? 'cost unknown' : usdText(cost)
}
