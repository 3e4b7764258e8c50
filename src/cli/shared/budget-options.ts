// HOST. `--max-tokens`, `--max-cost` and `--on-budget`: what a run may use, and what follows when that is used up.
import { InvalidArgumentError, Option, type Command } from 'commander'
import { ON_BUDGET, type Budget, type OnBudget } from '../../contract/budget'
import { DEFAULT_MAX_TOKENS } from '../../contract/limits'
import { given } from './given'
import { wholeNumber } from './options'
import { isTerminal } from './terminal'

export interface BudgetOptions {
  maxTokens?: number
  maxCost?: number
  onBudget?: OnBudget
}

export function withBudgetOptions(command: Command): Command {
  const limit = DEFAULT_MAX_TOKENS.toLocaleString('en-US')
  return command
    .addOption(
      new Option('--max-tokens <count>', `tokens that all model calls may use together; ${limit} unless given`) //
        .argParser(wholeNumber(1)),
    )
    .addOption(new Option('--max-cost <usd>', 'US dollars that they may cost together').argParser(dollars))
    .addOption(
      new Option('--on-budget <what>', 'when that is used up: hold until troupe budget raises it, or fail')
        .choices(ON_BUDGET)
        .default(undefined, 'hold on a terminal, else fail'),
    )
}

/** As a start takes it. Whoever sits at a terminal and waits can be asked; a script cannot. */
export function budgetOf(
  { maxTokens, maxCost, onBudget }: BudgetOptions,
  waits: boolean,
): { budget?: Budget; onBudget?: OnBudget } {
  const budget: Budget = given({ tokens: maxTokens, usd: maxCost })
  return {
    ...(Object.keys(budget).length > 0 ? { budget } : {}),
    ...given({ onBudget: onBudget ?? (waits && isTerminal() ? 'hold' : undefined) }),
  }
}

/** For an option's argument: US dollars. */
export function dollars(text: string): number {
  const value = Number(text.replace(/^\$/, ''))
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('an amount of US dollars above 0 is wanted, such as 0.50.')
}

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** For an option's argument: a length of time in milliseconds. */
export function timeSpan(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const value = Number(count) * (UNITS[unit] ?? NaN)
  if (value > 0) return value
  throw new InvalidArgumentError('a length of time is wanted, such as 90s, 10m, 2h or 1d.')
}
