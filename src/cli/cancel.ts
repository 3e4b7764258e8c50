// HOST. `troupe cancel`: asks a run to end, or ends one of its subtasks; what is in flight is told to.
import type { Command } from 'commander'
import { TroupeError } from '../contract/errors'
import { troupeCommand } from '../contract/run/waiting-commands'
import { changedLine } from './render/changed'
import { given } from './shared/given'
import { withReader } from './shared/open'
import { byOption, dataCommand, notEmpty, planVersionOption, type ChangeOptions } from './shared/options'
import { printValue, say, type OutputFormat } from './shared/output'
import { namedRun } from './shared/run-or-latest'

interface CancelOptions extends ChangeOptions {
  task?: string
  withDependents?: boolean
}

export function cancelCommand(): Command {
  return dataCommand('cancel', 'cancel a run, or one of its subtasks', 'troupe cancel docs-x4k2')
    .argument('<run>', 'the run')
    .option('--task <id>', 'only this subtask', notEmpty)
    .option('--with-dependents', 'with --task: all that depends on it, too')
    .addOption(planVersionOption())
    .addOption(byOption())
    .action(cancel)
}

async function cancel(runId: string, options: CancelOptions): Promise<void> {
  const { task, withDependents: dependents, planVersion: version, by, output } = options
  if (task !== undefined) return cancelTask(runId, task, { ...given({ dependents, version, by }) }, output)
  if (dependents !== undefined || version !== undefined || by !== undefined)
    throw new TroupeError('InvalidUsage', '--with-dependents, --plan-version and --by belong to --task', {
      hint: `${troupeCommand('cancel', [runId], ['--task', 'ID'])}, or ${troupeCommand('cancel', [runId])} for all of it`,
    })
  const { notes } = await withReader(async ({ client }) => {
    const run = namedRun(client, runId)
    await run.cancel()
    return run.status()
  })
  for (const note of notes) say(`note: ${note}`)
  printValue(
    output,
    { runId, cancelRequested: true },
    () => `asked ${runId} to end: ${troupeCommand('watch', [runId])} shows its end`,
  )
}

async function cancelTask(
  runId: string,
  task: string,
  options: { dependents?: boolean; version?: number; by?: string },
  output: OutputFormat,
): Promise<void> {
  const answer = await withReader(({ client }) => namedRun(client, runId).cancelSubtask(task, options))
  printValue(output, { runId, ...answer }, () => changedLine('cancelled', runId, answer))
}
