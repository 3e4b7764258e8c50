// HOST. From a manifest entry to something that executes: the team's own agent, one in a child process, or an inline one.
import type { AgentManifest, AgentTask, CommandDefinition, ModelDefinition } from '../contract/agent'
import { TroupeError } from '../contract/errors'
import type { JsonObject, JsonValue } from '../contract/json'
import { agentTaskQueue, BUILT_IN_TEAM } from '../contract/names'
import { changesFiles } from '../contract/tools'
import { checkValue } from '../contract/schema/json-schema'
import type { BaseAgentService } from './base-agent-service'
import { builtInTeam } from './built-in'
import { CommandAgent } from './command-agent'
import type { HostContext } from './context'
import { IsolatedAgent } from './isolated-agent'
import { ModelAgent } from './model-agent'
import { jsonSchemaForm } from './models/parse-answer'
import type { IsolatedExecutor } from './process/isolated-executor'
import { schemaRefusal } from './schema-refusal'
import type { Team } from './team'

/** One agent as a worker holds it, under the manifest that its task queue stands for. */
export interface HostedAgent {
  readonly manifest: AgentManifest
  /** Carries out a task within `timeoutMs`; fails with a coded error. */
  handle(task: AgentTask, context: HostContext, timeoutMs: number): Promise<JsonValue>
  /** Its child processes, if it has such. */
  readonly processes?: Pick<IsolatedExecutor, 'figures' | 'keepWarm' | 'drain' | 'close'>
}

/**
 * Finds what a manifest entry stands for in the teams at hand, the built-in one among them.
 *
 * @throws TroupeError `InvalidTeam` if none has the agent, or it cannot be isolated
 */
export function hostAgent(manifest: AgentManifest, teams: readonly Team[]): HostedAgent {
  const { inline } = manifest
  if (!inline) return host(manifest, findByQueue(manifest.taskQueue, teams), (task) => task)
  if (inline.kind === 'command')
    return withSchemas(host(manifest, inlineCommand(manifest, inline.command), (task) => task))
  if (inline.kind === 'model') return withSchemas(host(manifest, inlineModel(manifest, inline.model), (task) => task))
  const used = findByQueue(agentTaskQueue(inline.team, inline.agent), teams)
  // The used agent knows nothing of the names that the plan gave it
  const known = [inline.agent, ...used.agent.config.capabilities]
  const rename = (task: AgentTask): AgentTask => (known.includes(task.type) ? task : { ...task, type: inline.agent })
  return withSchemas(host(manifest, used, rename))
}

/** Whether `hostAgent` would find the agent. */
export function canHost(manifest: AgentManifest, teams: readonly Team[]): boolean {
  const { inline, taskQueue } = manifest
  if (inline && inline.kind !== 'use') return true
  const wanted = inline ? agentTaskQueue(inline.team, inline.agent) : taskQueue
  return [...teams, builtInTeam].some((team) =>
    team.agents.some(({ name }) => agentTaskQueue(team.name, name) === wanted),
  )
}

interface Found {
  agent: BaseAgentService
  team?: Team
}

function findByQueue(taskQueue: string, teams: readonly Team[]): Found {
  for (const team of [...teams, builtInTeam]) {
    const agent = team.agents.find(({ name }) => agentTaskQueue(team.name, name) === taskQueue)
    if (agent) return { agent, team }
  }
  const names = [...teams.map(({ name }) => name), BUILT_IN_TEAM].join(', ')
  throw new TroupeError('InvalidTeam', `no agent for the queue "${taskQueue}" in the teams at hand: ${names}`)
}

function inlineCommand(manifest: AgentManifest, definition: CommandDefinition): Found {
  const { name, capabilities, output } = manifest
  return { agent: new CommandAgent({ name, capabilities }, definition, undefined, undefined, output !== undefined) }
}

function inlineModel(manifest: AgentManifest, definition: ModelDefinition): Found {
  const { name, capabilities, model, output } = manifest
  const { tools, mcp, answer, ...behaviour } = definition
  const schema = changesFiles(tools) ? answer : output
  const given = tools ? { tools: { tools, own: {}, ...(mcp ? { mcp } : {}) } } : {}
  const form = schema ? { form: jsonSchemaForm(schema) } : {}
  return { agent: new ModelAgent({ name, capabilities, model }, { ...behaviour, ...given, ...form }) }
}

function host(manifest: AgentManifest, { agent, team }: Found, rename: (task: AgentTask) => AgentTask): HostedAgent {
  const isolated =
    agent.isolation === 'process' ? new IsolatedAgent(agent, team?.module, manifest.maxConcurrency) : undefined
  const service = isolated ?? agent
  return {
    manifest,
    handle: (task, context, timeoutMs) => service.handleWithTimeout(rename(task), context, timeoutMs),
    ...(isolated ? { processes: isolated.executor } : {}),
  }
}

/** Schemas that a plan declares are JSON Schemas, and are checked here; the agents' own are zod's. */
function withSchemas(hosted: HostedAgent): HostedAgent {
  const { name, input, output } = hosted.manifest
  return {
    ...hosted,
    async handle(task, context, timeoutMs) {
      if (input) refuse('InvalidPayload', `the payload for "${name}"`, input, task.payload, 'payload')
      const value = await hosted.handle(task, context, timeoutMs)
      if (output) refuse('OutputRejected', `the output of "${name}"`, output, value, 'output')
      return value
    },
  }
}

function refuse(
  code: 'InvalidPayload' | 'OutputRejected',
  what: string,
  schema: JsonObject,
  value: unknown,
  path: string,
): void {
  const { problems } = checkValue(schema, value, path)
  if (problems.length > 0) throw schemaRefusal(code, what, problems)
}
