// HOST. `troupe change`: payload, priority, deadline or agent of a subtask that has not started, or is held.
import { Option, type Command } from 'commander'
import { TroupeError } from '../contract/errors'
import type { Priority } from '../contract/agent'
import { changedLine } from './render/changed'
import { given } from './shared/given'
import { withReader } from './shared/open'
import { byOption, dataCommand, notEmpty, planVersionOption, type ChangeOptions } from './shared/options'
import { printValue } from './shared/output'
import { namedRun } from './shared/run-or-latest'
import { valueArgument } from './shared/value-argument'

interface SubtaskOptions extends ChangeOptions {
  payload?: string
  priority?: Priority
  deadline?: string
  agent?: string
}

export function changeCommand(): Command {
  return dataCommand('change', 'change a subtask that has not started', 'troupe change docs-x4k2 lint --priority high')
    .argument('<run>', 'the run')
    .argument('<subtask>', 'a subtask that waits, is ready, or is held')
    .option('--payload <json>', 'what its agent is handed instead, as JSON or @FILE')
    .addOption(new Option('--priority <priority>', 'its priority').choices(['low', 'normal', 'high']))
    .option('--deadline <time>', 'ISO, or from now (+10m); none takes it away', notEmpty)
    .option('--agent <name>', 'the agent that is to do it', notEmpty)
    .addOption(planVersionOption())
    .addOption(byOption())
    .action(change)
}

async function change(runId: string, subtask: string, options: SubtaskOptions): Promise<void> {
  const { output, planVersion, by, priority, deadline, agent } = options
  const payload = options.payload === undefined ? undefined : await valueArgument('--payload', options.payload)
  const changes = given({ payload, priority, deadline: deadline === 'none' ? null : deadline, agentType: agent })
  if (Object.keys(changes).length === 0)
    throw new TroupeError('InvalidUsage', `it is not said what is to change in "${subtask}"`, {
      hint: '--payload, --priority, --deadline or --agent',
    })
  const answer = await withReader(({ client }) =>
    namedRun(client, runId).change(subtask, { ...changes, ...given({ version: planVersion, by }) }),
  )
  printValue(output, { runId, ...answer }, () => changedLine('changed', runId, answer))
}
