// HOST. `troupe close`: an open run ends when it has done what it has.
import type { Command } from 'commander'
import { troupeCommand } from '../contract/run/waiting-commands'
import { given } from './shared/given'
import { withReader } from './shared/open'
import { byOption, dataCommand, type ByOption, type OutputOption } from './shared/options'
import { printValue } from './shared/output'
import { namedRun } from './shared/run-or-latest'

export function closeCommand(): Command {
  return dataCommand('close', 'let an open run end when it has done what it has', 'troupe close inbox-x4k2')
    .argument('<run>', 'the run')
    .addOption(byOption())
    .action(close)
}

async function close(runId: string, { output, by }: OutputOption & ByOption): Promise<void> {
  await withReader(({ client }) => namedRun(client, runId).close(given({ by })))
  printValue(
    output,
    { runId, closing: true },
    () => `${runId} ends when it has done what it has: ${troupeCommand('watch', [runId])}`,
  )
}
