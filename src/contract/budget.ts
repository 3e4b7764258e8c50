// PURE. Budgets: what the model calls of a run, of an agent or of a subtask may use together. They stand in a tree: a call is
// counted against the run, its agent, its subtask, and every subtask above that which has one.
import { DEFAULT_MAX_TOKENS } from './limits'

/** Only what is given is limited. */
export interface Budget {
  /** US dollars. */
  usd?: number
  /** Of input and output together. */
  tokens?: number
  /** Model calls that are made; what is answered from the ledger is none. */
  calls?: number
  /** Wall time in milliseconds since the run or subtask began, for an agent since its first subtask did. */
  wallMs?: number
}

export const BUDGET_KEYS = ['usd', 'tokens', 'calls', 'wallMs'] as const
export type BudgetKey = (typeof BUDGET_KEYS)[number]

/** More is a slip of the hand; and sums in billionths stay exact below. */
export const MAX_USD = 1_000_000

/** Whether a budget can say so: what a start's schema takes, for those who have no schemas. */
export function isLimit(key: BudgetKey, value: unknown): value is number {
  if (key !== 'usd') return Number.isSafeInteger(value) && (value as number) >= 1
  return typeof value === 'number' && value > 0 && value <= MAX_USD
}

/** What follows when a budget is used up: the subtask is held until a person raises it, or it fails. */
export const ON_BUDGET = ['hold', 'fail'] as const
export type OnBudget = (typeof ON_BUDGET)[number]

/** Whose budget it is. */
export type BudgetOwner = { level: 'run' } | { level: 'agent'; name: string } | { level: 'subtask'; name: string }

/** One budget that a call is counted against. */
export type BudgetLevel = BudgetOwner & {
  limits: Budget
  /** Nobody asked for it: it is the default, which guards against mistakes. */
  assumed?: true
  /** ISO time from which wall time counts; where that is limited. */
  since?: string
}

/** What is left of one budget: of each key that it limits, less what calls that are under way may still use. */
export type BudgetLeft = BudgetOwner & { limits: Budget; left: Budget }

/** The budgets of a run, as the orchestrator keeps them. */
export interface RunBudget {
  run: Budget
  /** The run's is the default. */
  assumed?: true
  /** Of agents that have one, by name. */
  agents?: Record<string, Budget>
  onBudget?: 'hold'
}

/** Somebody raises a budget: what is held for it goes on. */
export interface RaiseBudgetInput {
  by: string
  /** The new limits; each is above the one before it. */
  budget: Budget
  /** Of which agent or subtask; the run's own unless given. */
  agent?: string
  taskId?: string
}

/** Names a level in the log of reservations. */
export function levelName(owner: BudgetOwner): string {
  return owner.level === 'run' ? 'run' : `${owner.level}/${owner.name}`
}

/** Of the whole run: tokens are limited also where nobody says so. */
export function defaultBudget(given: Budget | undefined): Pick<RunBudget, 'run' | 'assumed'> {
  const run = { tokens: DEFAULT_MAX_TOKENS, ...given }
  return given ? { run } : { run, assumed: true }
}
