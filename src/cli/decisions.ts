// HOST. `troupe approve`, `reject`, `answer`: what a person says to a run that asks.
import { Option, type Command } from 'commander'
import type { Run } from '../client/run'
import type { DecideOptions } from '../client/run-commands'
import type { DecisionAnswer } from '../contract/people'
import { given } from './shared/given'
import { withReader } from './shared/open'
import { byOption, dataCommand, type ByOption, type OutputOption } from './shared/options'
import { printValue } from './shared/output'
import { namedRun } from './shared/run-or-latest'
import { valueArgument } from './shared/value-argument'

interface DecisionOptions extends OutputOption, ByOption {
  comment?: string
  value?: string
  call?: string
}

export function approveCommand(): Command {
  return decisionCommand(
    'approve',
    'say yes to what a run asks',
    'troupe approve docs-x4k2 publish --comment "well done"',
  )
    .option('--value <json>', 'what the subtask leaves, as JSON or @FILE; that you approved unless given')
    .addOption(callOption())
    .action(async (runId: string, subtask: string, { value, ...options }: DecisionOptions) => {
      const output = value === undefined ? undefined : await valueArgument('--value', value)
      await decide(runId, options, (run, said) => run.approve(subtask, { ...said, ...given({ output }) }))
    })
}

export function rejectCommand(): Command {
  return decisionCommand('reject', 'say no to what a run asks', 'troupe reject docs-x4k2 publish --comment "too long"')
    .addOption(callOption())
    .action((runId: string, subtask: string, options: DecisionOptions) =>
      decide(runId, options, (run, said) => run.reject(subtask, said)),
    )
}

export function answerCommand(): Command {
  return decisionCommand('answer', 'answer what a run asks', `troupe answer docs-x4k2 colour '"green"'`)
    .argument('<json>', 'the answer, as JSON or @FILE')
    .action(async (runId: string, subtask: string, json: string, options: DecisionOptions) => {
      const output = await valueArgument('the answer', json)
      await decide(runId, options, (run, said) => run.answer(subtask, output, said))
    })
}

function decisionCommand(name: string, description: string, example: string): Command {
  return dataCommand(name, description, example)
    .argument('<run>', 'the run')
    .argument('<subtask>', 'the subtask that asks; troupe approvals shows them')
    .option('--comment <text>', 'why')
    .addOption(byOption())
}

/** A decision is on what was shown: a run may ask about another call by now. */
function callOption(): Option {
  return new Option('--call <id>', 'which call of a tool, or which effect, is meant; troupe approvals shows it')
}

async function decide(
  runId: string,
  { output, comment, by, call }: DecisionOptions,
  tell: (run: Run, said: Pick<DecideOptions, 'comment' | 'by' | 'approvalId'>) => Promise<DecisionAnswer>,
): Promise<void> {
  const answer = await withReader(({ client }) =>
    tell(namedRun(client, runId), given({ comment, by, approvalId: call })),
  )
  const { taskId, approved } = answer
  printValue(output, { runId, ...answer }, () => `${approved ? 'approved' : 'rejected'} ${taskId} of ${runId}`)
}
