// PURE. A plan with its team and inputs: everything that can be known to be wrong before a run starts, all at once.
import type { AgentManifest, TeamManifest } from '../agent'
import { BUILT_IN_AGENTS } from '../built-in'
import type { RunBudget } from '../budget'
import type { Problem, TroupeError } from '../errors'
import { isObject, type JsonObject, type JsonValue } from '../json'
import { MAX_DEPENDENCIES } from '../limits'
import type { AgentSlot, GraphNode, ReactionRule, RunSpec } from '../messages'
import type { FailurePolicy, Plan } from '../plan'
import { refusalOf } from '../problems'
import { AgentIndex } from './agent-index'
import { dependencyCount } from './check-graph'
import { checkReactions } from './check-reactions'
import { checkRunSettings, runBudget, sizeProblems } from './check-run-settings'
import { checkSubtasks } from './check-subtasks'
import { inlineAgents } from './inline-agents'
import { checkValue, schemaProblem } from './json-schema'
import { teamManifestSchema } from './manifest-schema'
import { PLAN_KEYS, planHeadSchema } from './plan-schema'
import { notJson } from './not-json'
import { zodProblems } from './zod-problems'

export interface CheckPlanOptions {
  /** The team's manifest; without one only built-in and inline agents are known. */
  team?: TeamManifest
  inputs?: unknown
  /** False to leave the inputs unchecked, where they are not known yet. */
  checkInputs?: boolean
  /** Keys that whoever read the plan has taken out of it; hints name them too. */
  otherKeys?: readonly string[]
  /** The model of agents that name none. */
  model?: unknown
  /** Tokens that the run may use; 500,000 unless given. */
  maxTokens?: unknown
  /** What else it may use, what follows when that is used up, and what models cost. */
  budget?: unknown
  onBudget?: unknown
  prices?: unknown
  /** Subtasks that the run may have in all; 100,000 unless given. */
  maxSubtasks?: unknown
  /** Milliseconds since the epoch. */
  now: number
  /** Absolute directory that a command's relative or missing `cwd` counts from. */
  baseDirectory: string
  /** A short hash of a text. */
  hash(text: string): string
}

export interface CheckedPlan {
  /** What every worker reads. */
  spec: RunSpec
  /** What the orchestrator reads. */
  nodes: GraphNode[]
  agents: AgentSlot[]
  /** Of each reaction in the spec, at the same place. */
  reactions: ReactionRule[]
  maxSubtasks: number
  /** Where somebody has said what may be used. */
  budget?: RunBudget
  /** The plan with defaults and absolute deadlines, its agents moved into `spec.team`: fit to be sent. */
  plan: Plan
}

/** Checks a plan as it came, of whatever shape. */
export function checkPlan(
  value: unknown,
  options: CheckPlanOptions,
): { checked: CheckedPlan; problems: [] } | { checked?: undefined; problems: Problem[] } {
  const foreign = [...notJson(value, ''), ...notJson(options.inputs, 'inputs')]
  if (foreign.length > 0) return { problems: foreign }
  const head = planHeadSchema.safeParse(value)
  const keys = [...PLAN_KEYS, ...(options.otherKeys ?? [])]
  const problems = head.success ? [] : zodProblems(head.error, value, '', keys)
  const loose: Record<string, unknown> = isObject(value) ? value : {}
  const name = head.success ? head.data.name : 'plan'
  const team = checkTeam(options.team, name, problems)
  const inline = inlineAgents(isObject(loose.agents) ? loose.agents : {}, { ...options, team })
  problems.push(...inline.problems)
  // Agents that are wrong in themselves are still known by name: their subtasks are not reported too
  const agents = withBuiltIns([...team.agents, ...inline.agents, ...unfinished(loose.agents, inline.agents)])
  const inputs = checkInputs(loose.inputs, options, problems)
  const { settings, problems: wrongSettings } = checkRunSettings(options, head.success ? head.data : {})
  const index = new AgentIndex(agents)
  const onFailure = loose.onFailure as FailurePolicy | undefined
  problems.push(...wrongSettings, ...index.policyProblems(onFailure, 'onFailure'))
  const list: unknown[] = Array.isArray(loose.subtasks) ? loose.subtasks : []
  const known = {
    ...(options.checkInputs === false ? {} : { inputs: inputs.value }),
    ...(onFailure === undefined ? {} : { onFailure }),
  }
  const reactions = checkReactions(Array.isArray(loose.reactions) ? loose.reactions : [], {
    ...known,
    index,
    subtasks: list,
  })
  problems.push(...sizeProblems(value, list, settings.maxSubtasks, reactions.checked?.reactions.length !== 0))
  const { checked, problems: found } = checkSubtasks(list.slice(0, settings.maxSubtasks), {
    ...known,
    path: 'subtasks',
    beyond: idsOf(list.slice(settings.maxSubtasks)),
    agents,
    ...(inputs.schema ? { inputsSchema: inputs.schema } : {}),
    now: options.now,
  })
  const all = [...problems, ...found, ...reactions.problems]
  if (!checked || !reactions.checked || !head.success || all.length > 0) return { problems: all }
  const edges = dependencyCount(checked.nodes)
  if (edges > MAX_DEPENDENCIES)
    return { problems: [{ path: 'subtasks', message: `${edges} dependencies; a run has at most ${MAX_DEPENDENCIES}` }] }
  const policy = head.data.onFailure === undefined ? {} : { onFailure: head.data.onFailure }
  const spec: RunSpec = {
    name,
    team: { name: team.name, agents },
    inputs: inputs.value,
    subtasks: checked.subtasks,
    reactions: reactions.checked.reactions,
    ...policy,
    ...settings,
  }
  const own = spec.reactions.slice(0, reactions.checked.own)
  const { budget: planned, onBudget, prices } = head.data
  const money = {
    ...(planned ? { budget: planned } : {}),
    ...(onBudget ? { onBudget } : {}),
    ...(prices ? { prices } : {}),
  }
  const plan: Plan = {
    name,
    ...(head.data.inputs ? { inputs: head.data.inputs } : {}),
    subtasks: checked.subtasks,
    ...policy,
    ...(own.length > 0 ? { reactions: own } : {}),
    ...money,
  }
  const budget = runBudget(spec, checked.nodes)
  return {
    checked: {
      spec,
      nodes: checked.nodes,
      agents: agents.map(toSlot),
      reactions: reactions.checked.rules,
      maxSubtasks: settings.maxSubtasks,
      ...(budget ? { budget } : {}),
      plan,
    },
    problems: [],
  }
}

/** The refusal of a plan, from its problems. */
export function invalidPlan(name: string, problems: Problem[]): TroupeError {
  return refusalOf('InvalidPlan', `the plan "${name}"`, problems)
}

function checkTeam(team: unknown, planName: string, problems: Problem[]): TeamManifest {
  if (team === undefined) return { name: planName.replaceAll('.', '-'), agents: [] }
  const parsed = teamManifestSchema.safeParse(team)
  if (parsed.success) return parsed.data
  problems.push(...zodProblems(parsed.error, team, 'team'))
  return { name: 'team', agents: [] }
}

function withBuiltIns(agents: AgentManifest[]): AgentManifest[] {
  const names = new Set(agents.map((agent) => agent.name))
  return [...agents, ...BUILT_IN_AGENTS.filter((agent) => !names.has(agent.name))]
}

function unfinished(declared: unknown, finished: AgentManifest[]): AgentManifest[] {
  const known = new Set(finished.map((agent) => agent.name))
  const names = isObject(declared) ? Object.keys(declared) : []
  return names
    .filter((name) => !known.has(name))
    .map((name) => ({ ...BUILT_IN_AGENTS[0]!, name, capabilities: [name] }))
}

interface CheckedInputs {
  value: JsonValue
  /** Where there is one that is right. */
  schema?: JsonObject
}

function checkInputs(schema: unknown, options: CheckPlanOptions, problems: Problem[]): CheckedInputs {
  const given = (options.inputs ?? {}) as JsonValue
  if (!isObject(schema)) return { value: given }
  const wrong = schemaProblem(schema as JsonObject, 'inputs')
  if (wrong) problems.push(wrong)
  if (wrong) return { value: given }
  if (options.checkInputs === false) return { value: given, schema: schema as JsonObject }
  const result = checkValue(schema as JsonObject, given, 'inputs')
  // `inputs` is the schema's key in the plan: what is wrong here is the value that was handed in
  problems.push(
    ...result.problems.map((problem) => ({ ...problem, message: `the input is refused: ${problem.message}` })),
  )
  return { value: result.value, schema: schema as JsonObject }
}

function idsOf(list: unknown[]): Set<string> {
  return new Set(list.flatMap((element) => (isObject(element) && typeof element.id === 'string' ? [element.id] : [])))
}

function toSlot({
  name,
  version,
  taskQueue,
  maxConcurrency,
  timeoutMs,
  heartbeatTimeoutMs,
  retry,
  person,
}: AgentManifest): AgentSlot {
  return {
    name,
    version,
    taskQueue,
    maxConcurrency,
    timeoutMs,
    heartbeatTimeoutMs,
    retry,
    ...(person ? { person } : {}),
  }
}
