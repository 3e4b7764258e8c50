// HOST. `troupe retry`: says what would run again, asks, and then tries what a run holds again, or repeats a closed run.
import { Option, type Command } from 'commander'
import type { RunOutcome } from '../client/outcome'
import type { PlannedRetry } from '../client/retry-options'
import type { TroupeClient } from '../client'
import type { Troupe } from '../connect'
import type { RunSpec } from '../contract/messages'
import { troupeCommand } from '../contract/run/waiting-commands'
import { printEnd } from './attach'
import { renderRetry } from './render/retry'
import { attend } from './shared/attend'
import { checkHosting } from './shared/check-hosting'
import { confirm } from './shared/confirm'
import { EXIT, type ExitCode } from './shared/exit-codes'
import { given } from './shared/given'
import { hostManifest, surviveStrayErrors } from './shared/host'
import { listenForInterrupts, type Interrupts } from './shared/interrupts'
import { jsonArgument } from './shared/json-argument'
import { leaveRunning } from './shared/leave-running'
import { openTroupe } from './shared/open'
import { dataCommand, notEmpty, teamOption, unsandboxedOption, type OutputOption } from './shared/options'
import { printValue, say, sayRendered } from './shared/output'
import { retrySource, type RetrySource } from './shared/retry-source'
import { namedRun } from './shared/run-or-latest'
import { messageColor } from './shared/terminal'
import type { TroupeWorker } from '../worker'

interface RetryCommandOptions extends OutputOption {
  from?: string
  payload?: string
  agent?: string
  assume?: 'done' | 'not-done'
  plan?: string
  team?: string
  id?: string
  yes?: boolean
  detach?: boolean
  allowCommands?: boolean
  allowUnsandboxed?: boolean
  worker: boolean
}

export function retryCommand(): Command {
  return dataCommand(
    'retry',
    'run again what failed or is held, or what --from names, and take over the rest',
    'troupe retry docs-x4k2 --from draft',
  )
    .argument('<run>', 'the run')
    .option('--from <id>', 'this subtask, and all that depends on it', notEmpty)
    .option('--payload <json>', 'another payload for it, as JSON or @FILE')
    .option('--agent <name>', 'another agent for it', notEmpty)
    .addOption(
      new Option('--assume <what>', 'effects of which nobody knows were done, or were not').choices([
        'done',
        'not-done',
      ]),
    )
    .option('-y, --yes', 'do not ask')
    .option('--plan <file>', 'another plan than the run began with', notEmpty)
    .addOption(teamOption())
    .option('--id <id>', "the new run's id; PLAN-xxxx unless given")
    .option('--detach', 'start it and return; workers elsewhere carry it out')
    .option('--no-worker', 'host no workers: only start, wait and watch')
    .option('--allow-commands', "let the plan's own commands run here, where the plan is in no file of yours")
    .addOption(unsandboxedOption())
    .action(async (run: string, options: RetryCommandOptions) => {
      process.exitCode = await retry(run, options)
    })
}

const NOTHING: RetrySource = { options: {}, teams: [], isOwnPlan: false }

async function retry(runId: string, options: RetryCommandOptions): Promise<ExitCode> {
  const { from, agent, assume, id, yes = false, output } = options
  const payload = await jsonArgument('--payload', options.payload)
  const interrupts = listenForInterrupts()
  const { checkRunId } = await import('../client/launch.js')
  if (id !== undefined) checkRunId(id)
  const troupe = await openTroupe()
  try {
    const { client } = troupe
    const source = (await hasEnded(client, runId))
      ? await retrySource(runId, await client.startedWith(runId), options)
      : // Refused there, with the reason
        { ...NOTHING, options: given({ plan: options.plan ?? options.team }) }
    const planned = await client.planRetry(runId, { ...given({ from, payload, agent, assume, id }), ...source.options })
    for (const line of renderRetry(planned, { color: messageColor() })) sayRendered(line)
    if (!yes && !(await confirm('run this again?'))) {
      say('nothing was started')
      return EXIT.done
    }
    if (!planned.inPlace) return await repeat(troupe, planned, source, { ...options, interrupts })
    await planned.begin()
    const again = planned.again.map((one) => one.id)
    printValue(
      output,
      { runId, inPlace: true, again },
      () => `told ${runId}: ${troupeCommand('watch', [runId])} shows how it goes on`,
    )
    return EXIT.done
  } finally {
    await troupe.close()
  }
}

async function hasEnded(client: TroupeClient, runId: string): Promise<boolean> {
  return (await namedRun(client, runId).status()).endedAt !== undefined
}

type Repeating = RetryCommandOptions & { interrupts: Interrupts }

/** The new run, with this process's slots unless others carry it out. */
async function repeat(
  troupe: Troupe,
  planned: PlannedRetry,
  source: RetrySource,
  { worker, detach = false, output, interrupts, ...options }: Repeating,
): Promise<ExitCode> {
  const { server, store } = troupe
  const spec = planned.spec!
  const hosted = worker && !detach ? await host(troupe, spec, source, options) : undefined
  interrupts.hold()
  const run = await planned.begin()
  if (detach) return leaveRunning(run.id, output)
  const print = async (outcome: RunOutcome): Promise<ExitCode> => {
    const { run: key } = await run.status()
    return printEnd(outcome, { key, inputs: spec.inputs, store, server, format: output })
  }
  return attend({ run, server, format: output, interrupts, ...(hosted ? { failed: hosted.failed } : {}), print })
}

async function host(
  troupe: Troupe,
  spec: RunSpec,
  { teams, isOwnPlan }: RetrySource,
  { allowCommands = false, allowUnsandboxed = false }: Pick<RetryCommandOptions, 'allowCommands' | 'allowUnsandboxed'>,
): Promise<TroupeWorker> {
  const { checkSandbox, codeTeamHere } = await import('./code/team.js')
  const onDemand = [codeTeamHere(allowUnsandboxed)]
  await checkHosting(spec, [...teams, ...onDemand])
  if (!allowUnsandboxed) await checkSandbox(spec)
  surviveStrayErrors()
  return hostManifest(troupe, spec.team.agents, { teams, onDemand, allowCommands: allowCommands || isOwnPlan })
}
