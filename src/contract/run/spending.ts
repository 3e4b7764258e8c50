// PURE. What a run's model calls have used, and by whom.
import { preview } from '../json'
import { sumOfCosts, type Cost } from '../prices'

/** What one subtask has used in all its attempts. */
export interface Spent {
  subtask: string
  agent: string
  tokens: number
  /** Absent where no call was answered. */
  cost?: Cost
}

/** Agents, and subtasks of each, that a message names; the rest is counted. */
const NAMED_AGENTS = 8
const NAMED_SUBTASKS = 3
/** Characters of an id in a message: those of spawned subtasks may be long. */
const ID_LENGTH = 100

/** Largest first, then by name: the same for the same spending. */
export function describeSpending(spent: readonly Spent[]): string {
  const agents = new Map<string, Spent[]>()
  for (const one of spent) if (one.tokens > 0) agents.set(one.agent, [...(agents.get(one.agent) ?? []), one])
  const sums = [...agents].map(([name, of]) => ({ name, of: largestFirst(of), tokens: sum(of) }))
  const sorted = sums.sort((a, b) => b.tokens - a.tokens || (a.name < b.name ? -1 : 1))
  const named = sorted.slice(0, NAMED_AGENTS).map(({ name, of, tokens }) => {
    const subtasks = of
      .slice(0, NAMED_SUBTASKS)
      .map((one) => `${preview(one.subtask, ID_LENGTH)} ${tokenNumber(one.tokens)}`)
    const more = of.length > NAMED_SUBTASKS ? ` and ${of.length - NAMED_SUBTASKS} more` : ''
    return `${name} ${tokenNumber(tokens)} (${subtasks.join(', ')}${more})`
  })
  const more = sorted.length > NAMED_AGENTS ? `; ${sorted.length - NAMED_AGENTS} more agents` : ''
  return `${named.join('; ')}${more}`
}

export interface Totals {
  tokensUsed: number
  cost?: Cost
  /** Absent if there were none. */
  unconfirmedCalls?: number
}

/** Of a whole run. */
export function totalsOf(rows: readonly Partial<Totals>[]): Totals {
  const tokensUsed = rows.reduce((total, row) => total + (row.tokensUsed ?? 0), 0)
  const unconfirmedCalls = rows.reduce((total, row) => total + (row.unconfirmedCalls ?? 0), 0)
  const cost = sumOfCosts(rows.map((row) => row.cost))
  return { tokensUsed, ...(cost === undefined ? {} : { cost }), ...(unconfirmedCalls > 0 ? { unconfirmedCalls } : {}) }
}

/** By agent, in the order in which they first appear; those that called no model are left out. */
export function spentBy(rows: readonly ({ agent: string } & Partial<Totals>)[]): Record<string, Totals> {
  const agents = new Map<string, Totals>()
  for (const row of rows) {
    const { tokensUsed = 0, cost, unconfirmedCalls = 0 } = row
    if (tokensUsed === 0 && cost === undefined && unconfirmedCalls === 0) continue
    agents.set(row.agent, totalsOf([agents.get(row.agent) ?? {}, row]))
  }
  return Object.fromEntries(agents)
}

/** `512,345`: by hand, since the same text is made in workflows and out of them. */
export function tokenNumber(tokens: number): string {
  return String(tokens).replace(/\B(?=(\d{3})+$)/g, ',')
}

export function sum(spent: readonly Pick<Spent, 'tokens'>[]): number {
  return spent.reduce((total, { tokens }) => total + tokens, 0)
}

function largestFirst(spent: readonly Spent[]): Spent[] {
  return [...spent].sort((a, b) => b.tokens - a.tokens || (a.subtask < b.subtask ? -1 : 1))
}
