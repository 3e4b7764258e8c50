// HOST. `troupe list`: the newest runs.
import type { Command } from 'commander'
import { renderList } from './render/list'
import { withReader } from './shared/open'
import { dataCommand, wholeNumber, type OutputOption } from './shared/options'
import { printRows } from './shared/output'
import { dataColor } from './shared/terminal'

interface ListOptions extends OutputOption {
  limit: number
  open?: boolean
}

export function listCommand(): Command {
  return dataCommand('list', 'list the newest runs', 'troupe list --open')
    .option('--limit <count>', 'how many at most', wholeNumber(1), 20)
    .option('--open', 'only those that have not ended')
    .action(list)
}

async function list({ limit, open = false, output }: ListOptions): Promise<void> {
  const runs = await withReader(({ client }) => client.list({ limit, open }))
  printRows(output, runs, () => renderList(runs, { color: dataColor(), now: Date.now() }))
}
