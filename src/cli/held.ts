// HOST. `troupe skip`, `troupe replace`: what becomes of a subtask that failed and is held. `troupe retry` is the third way.
import type { Command } from 'commander'
import type { Run } from '../client/run'
import { given } from './shared/given'
import { withReader } from './shared/open'
import { byOption, dataCommand, type ByOption, type OutputOption } from './shared/options'
import { printValue } from './shared/output'
import { namedRun } from './shared/run-or-latest'
import { valueArgument } from './shared/value-argument'

interface HeldOptions extends OutputOption, ByOption {
  comment?: string
}

export function skipCommand(): Command {
  return heldCommand('skip', 'let a run go on without a subtask that is held', 'troupe skip docs-x4k2 lint').action(
    (runId: string, taskId: string, options: HeldOptions) =>
      resolve(runId, taskId, options, 'skipped', (run, said) => run.resolve({ taskId, action: 'skip', ...said })),
  )
}

export function replaceCommand(): Command {
  return heldCommand(
    'replace',
    'give the output of a subtask that is held',
    `troupe replace docs-x4k2 lint '{"ok": true}'`,
  )
    .argument('<json>', 'its output, as JSON or @FILE')
    .action(async (runId: string, taskId: string, json: string, options: HeldOptions) => {
      const output = await valueArgument('the output', json)
      await resolve(runId, taskId, options, 'replaced', (run, said) =>
        run.resolve({ taskId, action: 'replace', output, ...said }),
      )
    })
}

function heldCommand(name: string, description: string, example: string): Command {
  return dataCommand(name, description, example)
    .argument('<run>', 'the run')
    .argument('<subtask>', 'the subtask that is held; troupe status shows it')
    .option('--comment <text>', 'why')
    .addOption(byOption())
}

async function resolve(
  runId: string,
  subtask: string,
  { output, comment, by }: HeldOptions,
  done: string,
  tell: (run: Run, said: { comment?: string; by?: string }) => Promise<void>,
): Promise<void> {
  await withReader(({ client }) => tell(namedRun(client, runId), given({ comment, by })))
  printValue(output, { runId, subtask, [done]: true }, () => `${done} ${subtask} of ${runId}`)
}
