// HOST. `troupe attach`: goes on with a run whose workers are gone, or joins those it has, and watches until it ends.
import type { Command } from 'commander'
import { loadTeam } from '../agents/load-team'
import type { Run } from '../client/run'
import type { RunView } from '../client/run-view'
import type { AgentManifest } from '../contract/agent'
import type { RunSpec } from '../contract/messages'
import { preparedRecord, type PreparedRecord } from '../contract/records'
import type { Store } from '../storage/store'
import { attend, printOutcome } from './shared/attend'
import type { ExitCode } from './shared/exit-codes'
import { hostManifest, serveMore, surviveStrayErrors } from './shared/host'
import { listenForInterrupts } from './shared/interrupts'
import { openTroupe } from './shared/open'
import { dataCommand, teamOption, type OutputOption } from './shared/options'
import { RUN_ARGUMENT, runOrLatest } from './shared/run-or-latest'

interface AttachOptions extends OutputOption {
  team?: string
  allowCommands?: boolean
}

/** A plan is prepared within moments of its first worker; this is how often we look. */
const LOOK_EVERY_MS = 300

export function attachCommand(): Command {
  return dataCommand('attach', 'host the workers that a run lacks, and wait for its end', 'troupe attach docs-x4k2')
    .argument('[run]', RUN_ARGUMENT)
    .addOption(teamOption())
    .option('--allow-commands', "let the plan's own commands run here: they are any program that the plan names")
    .action(async (id: string | undefined, options: AttachOptions) => {
      process.exitCode = await attach(id, options)
    })
}

async function attach(
  id: string | undefined,
  { team, allowCommands = false, output }: AttachOptions,
): Promise<ExitCode> {
  const interrupts = listenForInterrupts()
  const { assertSameStore } = await import('../client/documents.js')
  const teams = team === undefined ? [] : [await loadTeam(team)]
  const troupe = await openTroupe()
  try {
    const { server, store } = troupe
    const run = await runOrLatest(troupe.client, id)
    const view = await run.status()
    if (view.endedAt !== undefined) return printOutcome(await run.outcome(), { server, format: output })
    // Whatever this process did in another store than the run's would be lost
    if (view.store) assertSameStore(store, { store: view.store })
    surviveStrayErrors()
    interrupts.hold()
    const known = await manifestOf(view, store)
    const worker = await hostManifest(troupe, known ?? [], { teams, allowCommands })
    // Without a worker the plan was not even checked: now it is, and then its agents are known
    if (!known) await serveMore(worker, await preparedManifest(run, store, interrupts.signal))
    return await attend({ run, server, format: output, interrupts, failed: worker.failed })
  } finally {
    await troupe.close()
  }
}

/** The agents of a run's manifest; undefined before its plan was prepared. */
async function manifestOf(view: RunView, store: Store): Promise<AgentManifest[] | undefined> {
  const record = (await store.records.read(preparedRecord(view.run))) as unknown as PreparedRecord | undefined
  const artifact = view.spec ?? record?.spec
  if (artifact === undefined) return view.endedAt === undefined ? undefined : []
  return (JSON.parse((await store.artifacts.get(artifact)).toString()) as RunSpec).team.agents
}

async function preparedManifest(run: Run, store: Store, interrupted: AbortSignal): Promise<AgentManifest[]> {
  while (!interrupted.aborted) {
    const agents = await manifestOf(await run.status(), store)
    if (agents) return agents
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  return []
}
