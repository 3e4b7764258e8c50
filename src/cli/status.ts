// HOST. `troupe status`: where a run stands, why each subtask waits, and what unblocks it.
import type { Command } from 'commander'
import type { RunStatusReport } from '../client/status'
import { spentBy } from '../contract/run/spending'
import { renderPools } from './render/pools'
import { renderStatus } from './render/status'
import { withReader } from './shared/open'
import { dataCommand, type OutputOption } from './shared/options'
import { printValue } from './shared/output'
import { RUN_ARGUMENT, runOrLatest } from './shared/run-or-latest'
import { dataColor } from './shared/terminal'

export function statusCommand(): Command {
  return dataCommand('status', 'show where a run stands', 'troupe status docs-x4k2')
    .argument('[run]', RUN_ARGUMENT)
    .option('--pools', 'the slots of agents over all workers instead: of those with work in RUN, or of all')
    .action(status)
}

async function status(id: string | undefined, { output, pools }: OutputOption & { pools?: boolean }): Promise<void> {
  if (pools) {
    const report = await withReader(({ client }) => client.pools(id))
    printValue(output, report, () => renderPools(report, { color: dataColor() }))
    return
  }
  const view = await withReader(async ({ client }) => (await runOrLatest(client, id)).status())
  printValue(output, publicView(view), () => renderStatus(view, { color: dataColor(), now: Date.now() }))
}

/** What is for others; the rest of a view is how it was found out. */
function publicView(view: RunStatusReport): Record<string, unknown> {
  const { runId, plan, team, status, source, startedAt, endedAt, counts, subtasks } = view
  const { tokensUsed, cost, budget, unconfirmedCalls, agents, pending, unserved, blocked, waiting, notes, failure } =
    view
  const { planVersion, paused, pausedAgents, open, continuing, retryOf, retriedBy } = view
  return {
    runId,
    plan,
    team,
    status,
    source,
    startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    counts,
    tokensUsed,
    ...(cost === undefined ? {} : { cost }),
    ...(budget ? { budget } : {}),
    spentBy: spentBy(subtasks),
    ...(unconfirmedCalls === undefined ? {} : { unconfirmedCalls }),
    planVersion,
    ...(open ? { open } : {}),
    ...(paused ? { paused } : {}),
    ...(pausedAgents ? { pausedAgents } : {}),
    ...(continuing ? { continuing } : {}),
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(retriedBy ? { retriedBy } : {}),
    waiting,
    subtasks,
    agents,
    pending,
    unserved,
    blocked,
    notes,
    ...(failure === undefined ? {} : { failure: failure.message }),
  }
}
