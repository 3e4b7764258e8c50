// PURE. A plan with its team and inputs: everything that can be known to be wrong before a run starts, all at once.
import type { AgentManifest, TeamManifest } from '../agent'
import { BUILT_IN_AGENTS } from '../built-in'
import { TroupeError, type Problem } from '../errors'
import { isObject, jsonBytes, preview, type JsonValue } from '../json'
import { DEFAULT_MAX_TOKENS, MAX_DEPENDENCIES, MAX_PLAN_BYTES, MAX_SUBTASKS } from '../limits'
import type { AgentSlot, GraphNode, RunSpec } from '../messages'
import { DEFAULT_MODEL, modelIdProblem } from '../model-id'
import type { Plan } from '../plan'
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
  const models = checkModels(options, problems)
  const list: unknown[] = Array.isArray(loose.subtasks) ? loose.subtasks : []
  problems.push(...limitProblems(value, list))
  const { checked, problems: found } = checkSubtasks(list.slice(0, MAX_SUBTASKS), {
    path: 'subtasks',
    beyond: idsOf(list.slice(MAX_SUBTASKS)),
    agents,
    inputs: options.checkInputs === false ? undefined : inputs,
    now: options.now,
  })
  problems.push(...found)
  if (!checked || !head.success || problems.length > 0) return { problems }
  const edges = checked.nodes.reduce((sum, node) => sum + node.dependsOn.length, 0)
  if (edges > MAX_DEPENDENCIES)
    return { problems: [{ path: 'subtasks', message: `${edges} dependencies; a run has at most ${MAX_DEPENDENCIES}` }] }
  const spec: RunSpec = { name, team: { name: team.name, agents }, inputs, subtasks: checked.subtasks, ...models }
  const plan: Plan = { name, ...(head.data.inputs ? { inputs: head.data.inputs } : {}), subtasks: checked.subtasks }
  return { checked: { spec, nodes: checked.nodes, agents: agents.map(toSlot), plan }, problems: [] }
}

/** The refusal of a plan, from its problems. */
export function invalidPlan(name: string, problems: Problem[]): TroupeError {
  const lines = problems.map((problem) => `  ${describeProblem(problem)}`)
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  return new TroupeError('InvalidPlan', `the plan "${name}" has ${count}:\n${lines.join('\n')}`, { problems })
}

/** A problem on one line, without the file's place. */
export function describeProblem({ path, subtask, message, hint }: Problem): string {
  const place = [path, subtask === undefined ? '' : `(subtask ${preview(subtask, 140)})`].filter(Boolean).join(' ')
  return `${place ? `${place}: ` : ''}${message}${hint ? `; ${hint}` : ''}`
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

function checkInputs(schema: unknown, options: CheckPlanOptions, problems: Problem[]): JsonValue {
  const given = (options.inputs ?? {}) as JsonValue
  if (!isObject(schema)) return given
  const wrong = schemaProblem(schema as never, 'inputs')
  if (wrong) problems.push(wrong)
  if (wrong || options.checkInputs === false) return given
  const result = checkValue(schema as never, given, 'inputs')
  // `inputs` is the schema's key in the plan: what is wrong here is the value that was handed in
  problems.push(
    ...result.problems.map((problem) => ({ ...problem, message: `the input is refused: ${problem.message}` })),
  )
  return result.value
}

/** The run's model and its cap on tokens. */
function checkModels(
  { model = DEFAULT_MODEL, maxTokens = DEFAULT_MAX_TOKENS }: CheckPlanOptions,
  problems: Problem[],
): Pick<RunSpec, 'model' | 'maxTokens'> {
  const named = typeof model === 'string' ? model : ''
  const problem = named === DEFAULT_MODEL ? undefined : modelIdProblem(named)
  if (problem) problems.push({ path: 'model', ...problem, ...(named === '' ? { message: noModel(model) } : {}) })
  const counted = Number.isSafeInteger(maxTokens) && (maxTokens as number) >= 1
  if (!counted) {
    const message = `${preview(maxTokens)} is no number of tokens`
    problems.push({ path: 'maxTokens', message, hint: 'a whole number from 1 on' })
  }
  return { ...(named === DEFAULT_MODEL ? {} : { model: named }), maxTokens: maxTokens as number }
}

function noModel(model: unknown): string {
  return `${preview(model)} is not a model`
}

function idsOf(list: unknown[]): Set<string> {
  return new Set(list.flatMap((element) => (isObject(element) && typeof element.id === 'string' ? [element.id] : [])))
}

function limitProblems(plan: unknown, list: unknown[]): Problem[] {
  const problems: Problem[] = []
  if (list.length === 0 && isObject(plan) && Array.isArray(plan.subtasks))
    problems.push({ path: 'subtasks', message: '0 subtasks: a plan has at least one' })
  if (list.length > MAX_SUBTASKS)
    problems.push({ path: 'subtasks', message: `${list.length} subtasks; a run has at most ${MAX_SUBTASKS}` })
  const bytes = jsonBytes(plan)
  if (bytes > MAX_PLAN_BYTES)
    problems.push({
      path: '',
      message: `the plan has ${bytes} bytes as JSON; at most ${MAX_PLAN_BYTES} are taken`,
      hint: 'put large values into files or artifacts',
    })
  return problems
}

function toSlot({
  name,
  version,
  taskQueue,
  maxConcurrency,
  timeoutMs,
  heartbeatTimeoutMs,
  retry,
}: AgentManifest): AgentSlot {
  return { name, version, taskQueue, maxConcurrency, timeoutMs, heartbeatTimeoutMs, retry }
}
