// HOST. `troupe budget`: raises what a run, or an agent or a subtask of it, may use; what is held for it goes on.
import { Option, type Command } from 'commander'
import { BUDGET_KEYS, type Budget } from '../contract/budget'
import { TroupeError } from '../contract/errors'
import { budgetText } from '../contract/run/budget-texts'
import { troupeCommand } from '../contract/run/waiting-commands'
import { dollars, timeSpan } from './shared/budget-options'
import { given } from './shared/given'
import { withReader } from './shared/open'
import { byOption, dataCommand, notEmpty, wholeNumber, type ByOption, type OutputOption } from './shared/options'
import { printValue } from './shared/output'
import { namedRun } from './shared/run-or-latest'

interface BudgetOptions extends OutputOption, ByOption {
  usd?: number
  tokens?: number
  calls?: number
  wall?: number
  agent?: string
  task?: string
}

export function budgetCommand(): Command {
  return dataCommand(
    'budget',
    'raise what a run may use in all; what is held for it goes on',
    'troupe budget docs-x4k2 --usd 5',
  )
    .argument('<run>', 'the run')
    .addOption(new Option('--usd <amount>', 'US dollars').argParser(dollars))
    .addOption(new Option('--tokens <count>', 'tokens of input and output').argParser(wholeNumber(1)))
    .addOption(new Option('--calls <count>', 'model calls').argParser(wholeNumber(1)))
    .addOption(new Option('--wall <time>', 'wall time since it began: 90s, 10m, 2h, 1d').argParser(timeSpan))
    .addOption(new Option('--agent <name>', 'the budget of this agent').argParser(notEmpty))
    .addOption(new Option('--task <id>', 'the budget of this subtask').argParser(notEmpty).conflicts('agent'))
    .addOption(byOption())
    .action(raise)
}

async function raise(runId: string, options: BudgetOptions): Promise<void> {
  const { usd, tokens, calls, wall: wallMs, agent, task: taskId, output, by } = options
  const budget: Budget = given({ usd, tokens, calls, wallMs })
  if (BUDGET_KEYS.every((key) => budget[key] === undefined))
    throw new TroupeError('InvalidUsage', 'it is not said what is raised', {
      hint: 'at least one of --usd, --tokens, --calls, --wall',
    })
  await withReader(({ client }) => namedRun(client, runId).raiseBudget({ budget, ...given({ agent, taskId, by }) }))
  const whose = agent ?? taskId ?? runId
  printValue(
    output,
    { runId, budget, ...given({ agent, taskId }) },
    () => `${whose} may use ${budgetText(budget)} in all: ${troupeCommand('watch', [runId])}`,
  )
}
