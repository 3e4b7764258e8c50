// HOST. `troupe attach`: goes on with a run whose workers are gone, or joins those it has, and watches until it ends.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { loadTeam } from '../agents/load-team'
import type { Run } from '../client/run'
import type { RunView } from '../client/run-view'
import type { RunSpec } from '../contract/messages'
import { TroupeError } from '../contract/errors'
import { preparedRecord, type PreparedRecord } from '../contract/records'
import type { ServerInfo } from '../server/server-info'
import type { Store } from '../storage/store'
import type { RunOutcome } from '../client/outcome'
import { attend, printOutcome } from './shared/attend'
import type { ExitCode } from './shared/exit-codes'
import { checkHosting } from './shared/check-hosting'
import { hostManifest, serveMore, surviveStrayErrors } from './shared/host'
import { listenForInterrupts } from './shared/interrupts'
import { openTroupe } from './shared/open'
import { dataCommand, notEmpty, teamOption, unsandboxedOption, type OutputOption } from './shared/options'
import type { OutputFormat } from './shared/output'
import { RUN_ARGUMENT, runOrLatest } from './shared/run-or-latest'

interface AttachOptions extends OutputOption {
  team?: string
  allowCommands?: boolean
  allowUnsandboxed?: boolean
  dir?: string
}

/** A plan is prepared within moments of its first worker; this is how often we look. */
const LOOK_EVERY_MS = 300

export function attachCommand(): Command {
  return dataCommand('attach', 'host the workers that a run lacks, and wait for its end', 'troupe attach docs-x4k2')
    .argument('[run]', RUN_ARGUMENT)
    .addOption(teamOption())
    .option('--allow-commands', "let the plan's own commands run here: they are any program that the plan names")
    .addOption(unsandboxedOption())
    .option('--dir <directory>', 'of troupe code: deliver to this directory, new or empty, instead', notEmpty)
    .action(async (id: string | undefined, options: AttachOptions) => {
      process.exitCode = await attach(id, options)
    })
}

async function attach(id: string | undefined, options: AttachOptions): Promise<ExitCode> {
  const { team, allowCommands = false, allowUnsandboxed = false, dir, output } = options
  const interrupts = listenForInterrupts()
  const { assertSameStore } = await import('../client/documents.js')
  const teams = team === undefined ? [] : [await loadTeam(team)]
  const { checkSandbox, codeTeamHere } = await import('./code/team.js')
  const troupe = await openTroupe()
  try {
    const { server, store } = troupe
    const run = await runOrLatest(troupe.client, id)
    const view = await run.status()
    // Whatever this process did in another store than the run's would be lost
    if (view.endedAt === undefined && view.store) assertSameStore(store, { store: view.store })
    let spec = await specOf(view, store)
    const elsewhere = dir === undefined ? undefined : await otherPlace(dir, spec, view)
    const print = (outcome: RunOutcome): Promise<ExitCode> =>
      printEnd(outcome, {
        inputs: spec?.inputs,
        ...(elsewhere === undefined ? {} : { elsewhere }),
        store,
        server,
        format: output,
      })
    if (view.endedAt !== undefined) return await print(await run.outcome())
    surviveStrayErrors()
    const onDemand = [codeTeamHere(allowUnsandboxed)]
    const check = async (known: RunSpec): Promise<void> => {
      await checkHosting(known, [...teams, ...onDemand])
      if (!allowUnsandboxed) await checkSandbox(known)
    }
    if (spec) await check(spec)
    interrupts.hold()
    const host = { teams, onDemand, allowCommands }
    const worker = await hostManifest(troupe, spec?.team.agents ?? [], host)
    if (!spec) {
      // Without a worker the plan was not even checked: now it is, and then its agents are known
      spec = await preparedSpec(run, store, interrupts.signal)
      if (spec) await check(spec)
      await serveMore(worker, spec?.team.agents ?? [])
    }
    return await attend({ run, server, format: output, interrupts, failed: worker.failed, print })
  } finally {
    await troupe.close()
  }
}

export interface End {
  inputs: unknown
  elsewhere?: string
  store: Store
  server: ServerInfo
  format: OutputFormat
}

/** A run that `troupe code` has started is delivered, now or once more. */
export async function printEnd(
  outcome: RunOutcome,
  { inputs, elsewhere, store, server, format }: End,
): Promise<ExitCode> {
  const { deliveryOf } = await import('./code/deliver.js')
  const delivery = deliveryOf(outcome, { inputs, elsewhere }, store)
  if (!delivery) return printOutcome(outcome, { server, format })
  const { conclude } = await import('./code/conclude.js')
  return conclude(outcome, delivery, { server, format })
}

/** Checked before anything is served. Plain files only: a branch belongs to the repository that the run began from. */
async function otherPlace(dir: string, spec: RunSpec | undefined, { endedAt }: RunView): Promise<string> {
  const { deliveryPlaceOf } = await import('./code/inputs.js')
  if (spec && !deliveryPlaceOf(spec.inputs))
    throw new TroupeError('InvalidUsage', '--dir: this run delivers nothing, since troupe code has not started it', {
      hint: 'troupe result prints what it has left',
    })
  const directory = resolve(dir)
  // The delivery itself refuses what it must; it knows its own
  if (endedAt !== undefined) return directory
  const { deliveryTarget } = await import('../workspace/deliver-files.js')
  if ((await deliveryTarget(directory)) === 'new') return directory
  throw new TroupeError('DeliveryRefused', `${directory} is a repository: attach makes no branch in another one`, {
    hint: 'name a directory that is new or empty',
  })
}

/** What was checked before the run began; undefined before its plan was prepared, or if the store is not the run's. */
async function specOf(view: RunView, store: Store): Promise<RunSpec | undefined> {
  if (view.store && view.store.id !== store.identity.id) return undefined
  const record = (await store.records.read(preparedRecord(view.run))) as unknown as PreparedRecord | undefined
  const artifact = view.spec ?? record?.spec
  return artifact === undefined ? undefined : (JSON.parse((await store.artifacts.get(artifact)).toString()) as RunSpec)
}

async function preparedSpec(run: Run, store: Store, interrupted: AbortSignal): Promise<RunSpec | undefined> {
  while (!interrupted.aborted) {
    const view = await run.status()
    const spec = await specOf(view, store)
    if (spec || view.endedAt !== undefined) return spec
    await new Promise((next) => setTimeout(next, LOOK_EVERY_MS))
  }
  return undefined
}
