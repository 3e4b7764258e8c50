// HOST. `troupe attach`: goes on with a run whose workers are gone, or joins those it has, and watches until it ends.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { loadTeam } from '../agents/load-team'
import type { Run } from '../client/run'
import type { RunView } from '../client/run-view'
import type { RunKey, RunSpec } from '../contract/messages'
import { TroupeError } from '../contract/errors'
import type { ServerInfo } from '../server/server-info'
import type { Store } from '../storage/store'
import type { RunOutcome } from '../client/outcome'
import type { Wanted } from './code/conclude'
import { attend, printOutcome } from './shared/attend'
import type { ExitCode } from './shared/exit-codes'
import { checkHosting } from './shared/check-hosting'
import { hostManifest, serveMore, surviveStrayErrors } from './shared/host'
import { listenForInterrupts } from './shared/interrupts'
import { openTroupe } from './shared/open'
import { dataCommand, notEmpty, teamOption, unsandboxedOption, type OutputOption } from './shared/options'
import type { OutputFormat } from './shared/output'
import { RUN_ARGUMENT, runOrLatest } from './shared/run-or-latest'
import { specOf } from './shared/spec-of'

interface AttachOptions extends OutputOption {
  team?: string
  allowCommands?: boolean
  allowUnsandboxed?: boolean
  dir?: string
  diff?: boolean
  apply?: boolean
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
    .option('--diff', 'of troupe code: print what was changed, as a unified diff')
    .option('--apply', "of troupe code: change the repository's working tree too, where nothing of yours is in the way")
    .action(async (id: string | undefined, options: AttachOptions) => {
      process.exitCode = await attach(id, options)
    })
}

async function attach(id: string | undefined, options: AttachOptions): Promise<ExitCode> {
  const { team, allowCommands = false, allowUnsandboxed = false, dir, diff = false, apply = false, output } = options
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
    if (diff || apply || dir !== undefined) await refuseWithoutDelivery(options, spec)
    const elsewhere = dir === undefined ? undefined : await otherPlace(dir, view)
    const print = (outcome: RunOutcome): Promise<ExitCode> =>
      printEnd(outcome, {
        key: view.run,
        inputs: spec?.inputs,
        ...(elsewhere === undefined ? {} : { elsewhere }),
        store,
        server,
        format: output,
        ...{ diff, apply },
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

export interface End extends Wanted {
  key: RunKey
  inputs: unknown
  elsewhere?: string
  store: Store
  server: ServerInfo
  format: OutputFormat
}

/** A run that `troupe code` has started is delivered, now or once more. */
export async function printEnd(
  outcome: RunOutcome,
  { key, inputs, elsewhere, store, ...told }: End,
): Promise<ExitCode> {
  const { deliveryOf } = await import('./code/deliver.js')
  const delivery = deliveryOf(outcome, { key, inputs, elsewhere }, store)
  if (!delivery) return printOutcome(outcome, told)
  const { conclude } = await import('./code/conclude.js')
  return conclude(outcome, delivery, told)
}

/** What only makes sense of a run that `troupe code` has started, and of a repository. */
async function refuseWithoutDelivery({ dir, apply }: AttachOptions, spec: RunSpec | undefined): Promise<void> {
  const { deliveryPlaceOf } = await import('./code/inputs.js')
  const option = dir !== undefined ? '--dir' : apply ? '--apply' : '--diff'
  if (apply && dir !== undefined)
    throw new TroupeError('InvalidUsage', '--apply changes the repository that the run began from: leave out --dir')
  if (!spec) return
  const place = deliveryPlaceOf(spec.inputs)
  if (!place)
    throw new TroupeError(
      'InvalidUsage',
      `${option}: this run delivers nothing, since troupe code has not started it`,
      {
        hint: 'troupe result prints what it has left',
      },
    )
  if (apply && place.commit === undefined)
    throw new TroupeError('InvalidUsage', `--apply: this run began from no repository; it is in ${place.directory}`)
}

/** Checked before anything is served. Plain files only: a branch belongs to the repository that the run began from. */
async function otherPlace(dir: string, { endedAt }: RunView): Promise<string> {
  const directory = resolve(dir)
  // The delivery itself refuses what it must; it knows its own
  if (endedAt !== undefined) return directory
  const { deliveryTarget } = await import('../workspace/deliver-files.js')
  if ((await deliveryTarget(directory)) === 'new') return directory
  throw new TroupeError('DeliveryRefused', `${directory} is a repository: attach makes no branch in another one`, {
    hint: 'name a directory that is new or empty',
  })
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
