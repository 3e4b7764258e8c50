// HOST. `troupe approvals`: what people are asked, over all runs.
import type { Command } from 'commander'
import { renderApprovals } from './render/approvals'
import { withReader } from './shared/open'
import { dataCommand, type OutputOption } from './shared/options'
import { printRows, say } from './shared/output'
import { dataColor } from './shared/terminal'

export function approvalsCommand(): Command {
  return dataCommand('approvals', 'list what people are asked, over all runs', 'troupe approvals -o json').action(
    approvals,
  )
}

async function approvals({ output }: OutputOption): Promise<void> {
  const found = await withReader(({ client }) => client.approvals((note) => say(`note: ${note}`)))
  printRows(output, found, () => renderApprovals(found, { color: dataColor(), now: Date.now() }))
}
