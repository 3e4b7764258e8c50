// PURE. Agents that a plan declares: checked, and turned into entries of the run's manifest.
import type { AgentManifest, InlineDefinition, RetrySettings } from '../agent'
import { BUILT_IN_AGENTS } from '../built-in'
import type { Problem } from '../errors'
import { isObject, preview } from '../json'
import { AGENT_DEFAULTS } from '../limits'
import { DEFAULT_MODEL, MODEL_TIMEOUT_MS, modelIdProblem, withAbsoluteFile } from '../model-id'
import { agentTaskQueue, BUILT_IN_TEAM } from '../names'
import { choicesHint } from '../nearest'
import { schemaProblem } from './json-schema'
import { changesFiles, isProgram, withSnapshot, type ModelTools } from '../tools'
import { checkTools, withoutPassword } from './check-tools'
import { joinPath } from './path'
import { agentNameSchema } from './names-schema'
import { INLINE_AGENT_KEYS, inlineAgentSchema, type ParsedInlineAgent } from './plan-schema'
import { zodProblems } from './zod-problems'

export interface InlineContext {
  /** The team that `use` looks in first, and its name; built-in agents come after. */
  team: { name: string; agents: readonly AgentManifest[] }
  /** Absolute directory that a relative or missing `cwd` counts from. */
  baseDirectory: string
  /** A short hash of a text: it ends the queue's name. */
  hash(text: string): string
}

/** Manifest entries of a plan's `agents`, in their order, and what is wrong with them. */
export function inlineAgents(
  agents: Record<string, unknown>,
  context: InlineContext,
): { agents: AgentManifest[]; problems: Problem[] } {
  const entries: AgentManifest[] = []
  const problems: Problem[] = []
  for (const [name, declared] of Object.entries(agents)) {
    const path = joinPath('agents', [name])
    if (!agentNameSchema.safeParse(name).success) {
      problems.push({
        path,
        message: `${preview(name)} is not a name for an agent`,
        hint: 'letters, digits, "-" and "_", at most 64',
      })
    } else if (context.team.agents.some((agent) => agent.name === name)) {
      problems.push({
        path,
        message: `duplicate agent "${name}": the team "${context.team.name}" has one of that name`,
      })
    }
    const parsed = inlineAgentSchema.safeParse(declared)
    if (!parsed.success) {
      problems.push(...zodProblems(parsed.error, withoutValues(declared), path, INLINE_AGENT_KEYS))
      continue
    }
    const found = toManifest(name, parsed.data, context, path)
    problems.push(...found.problems)
    if (found.entry) entries.push(found.entry)
  }
  return { agents: entries, problems }
}

function toManifest(
  name: string,
  inline: ParsedInlineAgent,
  context: InlineContext,
  path: string,
): { entry?: AgentManifest; problems: Problem[] } {
  const known = [...context.team.agents, ...BUILT_IN_AGENTS]
  const used = inline.use === undefined ? undefined : known.find((agent) => agent.name === inline.use)
  if (inline.use !== undefined && !used) {
    const hint = choicesHint(
      inline.use,
      known.map((agent) => agent.name),
      'agents',
    )
    return { problems: [{ path: joinPath(path, ['use']), message: `unknown agent ${preview(inline.use)}`, hint }] }
  }
  const problems = (['input', 'output'] as const).flatMap((key) => {
    const schema = inline[key]
    const problem = schema && schemaProblem(schema, joinPath(path, [key]))
    return problem ? [problem] : []
  })
  const wrongModel = inline.instructions === undefined ? undefined : modelProblem(inline.model)
  if (wrongModel) problems.push({ path: joinPath(path, ['model']), ...wrongModel })
  const { problems: wrongTools, ...tools } = checkTools(inline, path)
  problems.push(...wrongTools)
  if (problems.length > 0) return { problems }
  const definition = inlineDefinition(inline, { used, tools }, context)
  const output = changesFiles(tools.tools) ? withSnapshot(inline.output) : inline.output
  const settings: Omit<AgentManifest, 'taskQueue'> = {
    name,
    version: inline.version ?? used?.version ?? AGENT_DEFAULTS.version,
    capabilities: inline.capabilities ?? [...new Set([...(used?.capabilities ?? []), name])],
    maxConcurrency: inline.maxConcurrency ?? used?.maxConcurrency ?? AGENT_DEFAULTS.maxConcurrency,
    timeoutMs:
      inline.timeoutMs ??
      used?.timeoutMs ??
      (definition.kind === 'model' ? MODEL_TIMEOUT_MS : AGENT_DEFAULTS.timeoutMs),
    heartbeatTimeoutMs: used?.heartbeatTimeoutMs ?? AGENT_DEFAULTS.heartbeatTimeoutMs,
    retry: { ...(used?.retry ?? AGENT_DEFAULTS.retry), ...(inline.retry as Partial<RetrySettings> | undefined) },
    ...optional('model', modelOf(inline, used, context)),
    ...optional('budget', inline.budget ?? used?.budget),
    ...optional('input', inline.input ?? used?.input),
    ...optional('output', output ?? used?.output),
    ...optional('isolation', used?.isolation),
    // What an agent reacts to is its own: both would have each event
    ...optional('on', inline.on && [...new Set(inline.on)]),
    // Nobody serves a person, under whatever name
    ...(used?.person ? { person: true } : { inline: definition }),
  }
  const taskQueue = agentTaskQueue(context.team.name, name, context.hash(JSON.stringify(settings)))
  return { entry: { ...settings, taskQueue }, problems: [] }
}

function inlineDefinition(
  inline: ParsedInlineAgent,
  { used, tools }: { used: AgentManifest | undefined; tools: ModelTools },
  context: InlineContext,
): InlineDefinition {
  if (used) {
    const team = context.team.agents.includes(used) ? context.team.name : BUILT_IN_TEAM
    return { kind: 'use', team, agent: used.name }
  }
  const { instructions, baseUrl, command = [], cwd = '.', env = [] } = inline
  if (instructions !== undefined) {
    const model = {
      instructions,
      ...optional('baseUrl', baseUrl),
      ...withAbsolutePrograms(tools, context),
      ...optional('maxSteps', inline.maxSteps),
      ...optional('contextWindow', inline.contextWindow),
      ...(changesFiles(tools.tools) ? optional('answer', inline.output) : {}),
    }
    return { kind: 'model', model }
  }
  return { kind: 'command', command: { command, cwd: absolutePath(cwd, context), env } }
}

function withAbsolutePrograms({ tools, mcp }: ModelTools, context: InlineContext): ModelTools {
  const servers = Object.entries(mcp ?? {}).map(([name, server]) => [
    name,
    isProgram(server) ? { ...server, cwd: absolutePath(server.cwd ?? '.', context) } : server,
  ])
  return { ...optional('tools', tools), ...(mcp ? { mcp: Object.fromEntries(servers) as typeof mcp } : {}) }
}

function modelProblem(model: string | undefined): { message: string; hint: string } | undefined {
  return model === undefined || model === DEFAULT_MODEL ? undefined : modelIdProblem(model)
}

/** What a model agent runs on unless it says so is left to the run; a recording is found from any directory. */
function modelOf(
  inline: ParsedInlineAgent,
  used: AgentManifest | undefined,
  context: InlineContext,
): string | undefined {
  const model = inline.model ?? used?.model ?? (inline.instructions === undefined ? undefined : DEFAULT_MODEL)
  return model && withAbsoluteFile(model, (path) => absolutePath(path, context))
}

function absolutePath(path: string, { baseDirectory }: InlineContext): string {
  return /^(\/|[A-Za-z]:[\\/])/.test(path) ? path : `${baseDirectory}/${path}`.replace(/\/\.$/, '')
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value }
}

/** Whoever writes `TOKEN=secret` into `env`, or a password into an address, is told of the mistake, and a log not of the secret. */
function withoutValues(declared: unknown): unknown {
  if (!isObject(declared)) return declared
  const { env, baseUrl } = declared
  const names = Array.isArray(env) ? env : isObject(env) ? Object.keys(env) : ['…']
  const cut = names.map((name) => (typeof name === 'string' ? name.replace(/=.*/s, '=…') : '…'))
  return {
    ...declared,
    ...(env === undefined ? {} : { env: cut }),
    ...(typeof baseUrl === 'string' ? { baseUrl: withoutPassword(baseUrl) } : {}),
  }
}
