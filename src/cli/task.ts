// HOST. `troupe task`: one task for one agent, as a run of its own.
import type { Command } from 'commander'
import { loadTeam } from '../agents/load-team'
import { teamManifest } from '../agents/team'
import type { RunOutcome } from '../client/outcome'
import { TroupeError } from '../contract/errors'
import { cleanLines } from './render/clean'
import { attend } from './shared/attend'
import { runExitCode, type ExitCode } from './shared/exit-codes'
import { jsonArgument } from './shared/json-argument'
import { withModelOptions, type ModelOptions } from './shared/model-options'
import { checkMadePlan } from './shared/made-plan'
import { dataCommand, teamOption, type OutputOption } from './shared/options'
import { printValue, say, type OutputFormat } from './shared/output'
import { withStartedRun } from './shared/start-run'

interface TaskOptions extends OutputOption, ModelOptions {
  payload?: string
  team?: string
}

export function taskCommand(): Command {
  const example = 'troupe task echo --payload \'{"hello": "world"}\''
  return withModelOptions(dataCommand('task', 'have one agent carry out one task', example))
    .argument('<agent>', "the agent's name")
    .option('--payload <json>', 'what the agent is handed, as JSON or @FILE')
    .addOption(teamOption())
    .action(async (agent: string, options: TaskOptions) => {
      process.exitCode = await task(agent, options)
    })
}

async function task(agent: string, options: TaskOptions): Promise<ExitCode> {
  const payload = (await jsonArgument('--payload', options.payload)) ?? {}
  const team = options.team === undefined ? undefined : await loadTeam(options.team)
  const plan = { name: planName(agent), subtasks: [{ id: agent, agentType: agent, payload }] }
  const manifest = team ? { team: teamManifest(team) } : {}
  const start = { check: () => checkMadePlan(plan, manifest), teams: team ? [team] : [], models: options, hosts: true }
  return withStartedRun(start, ({ troupe, run, interrupts, failed, ended }) => {
    const print = (outcome: RunOutcome): ExitCode => printResult(outcome, agent, options.output)
    return attend({ run, server: troupe.server, format: options.output, interrupts, failed, ended, print })
  })
}

function printResult(outcome: RunOutcome, agent: string, format: OutputFormat): ExitCode {
  const { results, status, error } = outcome
  const result = Object.hasOwn(results, agent) ? results[agent]! : undefined
  if (!result) throw new TroupeError(error?.code ?? 'RunFailed', error?.message ?? `the run was ${status}`)
  const code = runExitCode(outcome)
  process.exitCode = code
  if (result.success || format !== 'text') printValue(format, result, () => outputText(result.output))
  else say(`error ${result.error?.code}: ${result.error?.message}`)
  if (format === 'text' && result.error?.hint) say(`hint: ${result.error.hint}`)
  return code
}

/** An output as it is: a text without quotes, anything else as JSON. A terminal obeys nothing that an agent returns. */
export function outputText(output: unknown): string {
  const text = typeof output === 'string' ? output : JSON.stringify(output, undefined, 2)
  return process.stdout.isTTY ? cleanLines(text).join('\n') : text
}

/** Whatever the agent was called: what is wrong with its name is said of the agent. */
function planName(agent: string): string {
  return `task-${agent.replace(/[^A-Za-z0-9._-]/g, '-')}`.slice(0, 64)
}
