// HOST. The workers that this process lends to one run: the orchestrator, the team's agents, and the run's inline ones.
import type { Team } from '../../agents/team'
import type { Troupe } from '../../connect'
import { needsLeave, type AgentManifest, type ModelDefinition } from '../../contract/agent'
import { isProgram } from '../../contract/tools'
import { say } from './output'
import type { TroupeWorker } from '../../worker'

export interface HostOptions {
  teams: readonly Team[]
  /** Teams whose agents are served if the run has them. */
  onDemand?: readonly Team[]
  /** Whether the run's inline commands may run here. */
  allowCommands: boolean
}

/** Serves everything that a manifest names, as far as its code is at hand; names the rest. Resolves when it polls. */
export async function hostManifest(
  troupe: Troupe,
  agents: readonly AgentManifest[],
  { teams, onDemand = [], allowCommands }: HostOptions,
): Promise<TroupeWorker> {
  const worker = await troupe.serve(teams, { allowCommands, onDemand })
  await serveMore(worker, agents)
  return worker
}

export async function serveMore(worker: TroupeWorker, agents: readonly AgentManifest[]): Promise<void> {
  // A person is nobody's to serve
  const served = agents.filter(({ person }) => !person)
  for (const agent of await worker.serveManifest(served)) say(`not served here: ${missingLine(agent)}`)
}

/** An agent that cannot be served, and what would change that. */
export function missingLine({ name, taskQueue, inline }: AgentManifest): string {
  if (inline?.kind === 'command')
    return `the command "${name}" (${inline.command.command.join(' ')}): give --allow-commands if you trust the plan`
  if (inline?.kind === 'model' && needsLeave({ inline }))
    return `the model "${name}" (${meansOf(inline.model)}): give --allow-commands if you trust the plan`
  const team = inline?.kind === 'use' ? inline.team : taskQueue.split('.')[1]
  return `the agent "${name}": give --team FILE, the module that exports the team "${team}"`
}

/** What a plan's model would do with this machine's means. */
function meansOf({ mcp = {}, tools = [] }: ModelDefinition): string {
  const servers = Object.values(mcp).map((server) =>
    isProgram(server) ? `starts ${[server.command, ...(server.args ?? [])].join(' ')}` : `asks ${server.url}`,
  )
  const granted = tools.flatMap(({ network = [], secrets = [] }) => [
    ...network.map((host) => `reaches ${host}`),
    ...secrets.map((secret) => `is handed ${secret}`),
  ])
  return [...new Set([...servers, ...granted])].join(', ')
}

/**
 * In a process that hosts agents: what an agent throws outside of its execution ends neither the process nor the run.
 * The execution itself ends as its time limit says.
 */
export function surviveStrayErrors(): void {
  const tell = (error: unknown): void =>
    say(`warning: an agent failed outside of its execution: ${error instanceof Error ? error.stack : String(error)}`)
  process.on('unhandledRejection', tell)
  process.on('uncaughtException', tell)
}
