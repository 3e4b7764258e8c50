// HOST. `troupe cancel`: asks a run to end; what is in flight is told to.
import type { Command } from 'commander'
import { withReader } from './shared/open'
import { dataCommand, type OutputOption } from './shared/options'
import { printValue, say } from './shared/output'
import { namedRun } from './shared/run-or-latest'

export function cancelCommand(): Command {
  return dataCommand('cancel', 'cancel a run', 'troupe cancel docs-x4k2').argument('<run>', 'the run').action(cancel)
}

async function cancel(runId: string, { output }: OutputOption): Promise<void> {
  const { notes } = await withReader(async ({ client }) => {
    const run = namedRun(client, runId)
    await run.cancel()
    return run.status()
  })
  for (const note of notes) say(`note: ${note}`)
  printValue(
    output,
    { runId, cancelRequested: true },
    () => `asked ${runId} to end: troupe watch ${runId} shows its end`,
  )
}
