// HOST. `troupe watch`: follows a run until it ends, and hosts nothing.
import type { Command } from 'commander'
import { attend } from './shared/attend'
import { listenForInterrupts } from './shared/interrupts'
import { withReader } from './shared/open'
import { dataCommand, type OutputOption } from './shared/options'
import { RUN_ARGUMENT, runOrLatest } from './shared/run-or-latest'

export function watchCommand(): Command {
  return dataCommand('watch', 'watch a run until it ends', 'troupe watch docs-x4k2')
    .argument('[run]', RUN_ARGUMENT)
    .action(watch)
}

async function watch(id: string | undefined, { output }: OutputOption): Promise<void> {
  process.exitCode = await withReader(async ({ client, server }) => {
    const run = await runOrLatest(client, id)
    const interrupts = listenForInterrupts()
    interrupts.hold()
    return attend({ run, server, format: output, interrupts })
  })
}
