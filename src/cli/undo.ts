// HOST. `troupe undo`: what a run of the code team has put into a repository goes out of it again.
import type { Command } from 'commander'
import { TroupeError } from '../contract/errors'
import { firstOf } from '../contract/json'
import { troupeCommand } from '../contract/run/waiting-commands'
import { clean } from './render/clean'
import { openTroupe } from './shared/open'
import { dataCommand, type OutputOption } from './shared/options'
import { printValue, say } from './shared/output'
import { namedRun } from './shared/run-or-latest'
import { specOf } from './shared/spec-of'

/** Files that a line names. */
const NAMED = 10

export function undoCommand(): Command {
  return dataCommand('undo', 'take a run of troupe code back out of a repository', 'troupe undo code-x4k2')
    .argument('<run>', 'the run')
    .action((id: string, { output }: OutputOption) => undo(id, output))
}

async function undo(id: string, output: OutputOption['output']): Promise<void> {
  const troupe = await openTroupe()
  try {
    const { store, client } = troupe
    const run = namedRun(client, id)
    const view = await run.status()
    if (view.endedAt === undefined) {
      throw new TroupeError('DeliveryRefused', `the run "${run.id}" goes on: nothing of it was delivered yet`, {
        hint: `${troupeCommand('cancel', [run.id])} ends it`,
      })
    }
    const { planTakingBack, takeBack } = await import('./code/take-back.js')
    const spec = await specOf(view, store)
    const plan = await planTakingBack(await run.outcome(), { key: view.run, inputs: spec?.inputs, store })
    const { files, branch } = plan
    if (files) {
      const named = firstOf(files.changes, NAMED, ({ path }) => path)
      say(`taking back ${files.changes.length} files in ${files.directory}: ${named}`)
    }
    if (branch) say(`removing the branch ${branch.branch} (${branch.commit.slice(0, 10)}) of ${branch.directory}`)
    const done = await takeBack(plan, { key: view.run, store })
    const directory = files?.directory ?? branch?.directory
    printValue(output, { runId: run.id, directory, ...done }, () =>
      [
        ...(files ? [`✓ ${done.files.length} files in ${files.directory} are as they were before ${run.id}`] : []),
        ...(branch
          ? [`✓ the branch ${branch.branch} is ${done.branch === undefined ? 'gone already' : 'removed'}`]
          : []),
      ].map(clean),
    )
  } finally {
    await troupe.close()
  }
}
