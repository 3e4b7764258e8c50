// PURE. A list of subtasks, authored or spawned: every rule of shape, graph, agents, payloads and deadlines, all at once.
import type { AgentManifest } from '../agent'
import type { Problem } from '../errors'
import { isObject, preview, type JsonObject } from '../json'
import { MAX_DEADLINE_DAYS } from '../limits'
import type { CheckedSubTask, GraphNode } from '../messages'
import { choicesHint, choicesHints } from '../nearest'
import { findReferences } from '../references'
import { checkGraph, type DraftSubTask } from './check-graph'
import { checkValue } from './json-schema'
import { deadlineSchema, RELATIVE_TIME, SUBTASK_KEYS, subTaskSchema } from './plan-schema'
import { zodProblems } from './zod-problems'

export interface SubtasksContext {
  /** Path of the list in messages: `subtasks`, or `spawn`. */
  path: string
  agents: readonly AgentManifest[]
  /** Ids of subtasks that are not in the list, since it is too long. */
  beyond?: ReadonlySet<string>
  /** The inputs, where they are known. */
  inputs?: unknown
  /** Milliseconds since the epoch: deadlines count from here. */
  now: number
}

export interface CheckedSubtasks {
  subtasks: CheckedSubTask[]
  nodes: GraphNode[]
}

/** The subtasks with all defaults, and their graph; or all that is wrong. */
export function checkSubtasks(
  list: readonly unknown[],
  context: SubtasksContext,
): { checked?: CheckedSubtasks; problems: Problem[] } {
  const problems: Problem[] = []
  const hints: AgentHints = {
    agent: choicesHints(
      context.agents.map(({ name }) => name),
      'agents',
    ),
    type: choicesHints([...new Set(context.agents.flatMap(({ capabilities }) => capabilities))], 'types'),
  }
  const parsed = list.map((element, index) => checkOne(element, index, context, hints))
  for (const one of parsed) problems.push(...one.problems)
  const byId = new Map(parsed.map((one) => [one.draft.id, one]))
  const graph = checkGraph(
    parsed.map((one) => one.draft),
    {
      path: context.path,
      ...(context.beyond ? { beyond: context.beyond } : {}),
      inputs: context.inputs,
      outputSchema: (id) => commonOutput(byId.get(id)?.agents.map((place) => context.agents[place]!) ?? []),
    },
  )
  problems.push(...graph.problems)
  if (problems.length > 0) return { problems }
  const subtasks = parsed.map((one, index) => ({
    ...one.subtask!,
    dependsOn: graph.edges[index]!.map((place) => parsed[place]!.draft.id!),
  }))
  const nodes = subtasks.map((subtask, index): GraphNode => {
    const { id, type, priority, deadline, estimateMs } = subtask
    return {
      id,
      agents: parsed[index]!.agents,
      type,
      dependsOn: graph.edges[index]!,
      priority,
      ...(deadline === undefined ? {} : { deadline }),
      ...(estimateMs === undefined ? {} : { estimateMs }),
    }
  })
  return { checked: { subtasks, nodes }, problems: [] }
}

/** What may have been meant by the name of an agent or a type that is not known. */
interface AgentHints {
  agent(name: string): string
  type(name: string): string
}

interface ParsedSubTask {
  draft: DraftSubTask
  subtask?: CheckedSubTask
  agents: number[]
  problems: Problem[]
}

function checkOne(element: unknown, index: number, context: SubtasksContext, hints: AgentHints): ParsedSubTask {
  const path = `${context.path}[${index}]`
  const loose: Record<string, unknown> = isObject(element) ? element : {}
  const id = typeof loose.id === 'string' ? loose.id : undefined
  const payload = loose.payload === undefined ? {} : loose.payload
  const listed: unknown[] = Array.isArray(loose.dependsOn) ? loose.dependsOn : []
  const dependsOn = listed.map((entry) => (typeof entry === 'string' ? entry : undefined))
  const draft: DraftSubTask = { index, id, dependsOn, payload }
  const parsed = subTaskSchema.safeParse(element)
  const problems = parsed.success ? [] : zodProblems(parsed.error, element, path, SUBTASK_KEYS)
  const candidates = findCandidates(loose, path, context.agents, hints)
  if (isObject(element)) problems.push(...candidates.problems)
  if (findReferences(payload).length === 0)
    problems.push(...refusedPayload(payload, `${path}.payload`, candidates.agents, context.agents))
  const given = deadlineSchema.safeParse(loose.deadline)
  const deadline = given.success ? absoluteDeadline(given.data, context.now) : undefined
  if (deadline !== undefined && deadline <= context.now) {
    const message = `the deadline ${preview(loose.deadline)} is in the past (it is ${new Date(context.now).toISOString()})`
    problems.push({ path: `${path}.deadline`, message, hint: 'a time to come, or one from the start such as "+10m"' })
  } else if (deadline !== undefined && deadline > context.now + MAX_DEADLINE_DAYS * UNIT_MS.d) {
    const message = `the deadline ${preview(loose.deadline)} is more than ${MAX_DEADLINE_DAYS} days away`
    problems.push({ path: `${path}.deadline`, message, hint: 'leave it out where the time does not matter' })
  }
  const named = problems.map((problem) => (id === undefined ? problem : { ...problem, subtask: id }))
  if (!parsed.success || problems.length > 0) return { draft, agents: candidates.agents, problems: named }
  const type = parsed.data.type ?? context.agents[candidates.agents[0]!]!.name
  const subtask: CheckedSubTask = {
    ...parsed.data,
    type,
    payload,
    priority: parsed.data.priority ?? 'normal',
    dependsOn: parsed.data.dependsOn ?? [],
  }
  return {
    draft,
    agents: candidates.agents,
    problems: [],
    subtask: deadline === undefined ? subtask : { ...subtask, deadline: new Date(deadline).toISOString() },
  }
}

/** The agents that may carry out a subtask, as places in the manifest: the one that is named, or all that declare its type. */
function findCandidates(
  subtask: Record<string, unknown>,
  path: string,
  agents: readonly AgentManifest[],
  hints: AgentHints,
): { agents: number[]; problems: Problem[] } {
  const { agentType, type } = subtask
  if (typeof agentType === 'string') {
    const place = agents.findIndex((agent) => agent.name === agentType)
    const agent = agents[place]
    if (!agent) {
      const hint = hints.agent(agentType)
      return {
        agents: [],
        problems: [{ path: `${path}.agentType`, message: `unknown agent ${preview(agentType)}`, hint }],
      }
    }
    if (typeof type === 'string' && type !== agent.name && !agent.capabilities.includes(type)) {
      const hint = choicesHint(type, agent.capabilities, 'capabilities')
      return {
        agents: [place],
        problems: [
          {
            path: `${path}.type`,
            message: `the agent "${agent.name}" does not take tasks of type ${preview(type)}`,
            hint,
          },
        ],
      }
    }
    return { agents: [place], problems: [] }
  }
  if (typeof type === 'string') {
    const able = agents.flatMap((agent, place) => (agent.capabilities.includes(type) ? [place] : []))
    if (able.length > 0) return { agents: able, problems: [] }
    const hint = hints.type(type)
    return { agents: [], problems: [{ path: `${path}.type`, message: `no agent for type ${preview(type)}`, hint }] }
  }
  if (agentType !== undefined || type !== undefined) return { agents: [], problems: [] } // the shape is wrong already
  const hint = `agents: ${agents
    .slice(0, 12)
    .map(({ name }) => name)
    .join(', ')}`
  return {
    agents: [],
    problems: [{ path, message: 'no agent: a subtask names its agent ("agentType") or a type ("type")', hint }],
  }
}

/** A payload is refused if no candidate takes it; what the first one says of it is reported. */
function refusedPayload(payload: unknown, path: string, places: number[], agents: readonly AgentManifest[]): Problem[] {
  const verdicts = places.map((place) => {
    const schema = agents[place]!.input
    return schema ? checkValue(schema, payload, path).problems : []
  })
  return verdicts.every((problems) => problems.length > 0) ? (verdicts[0] ?? []) : []
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds since the epoch: more than a Date can hold, where somebody means "never". */
function absoluteDeadline(text: string, now: number): number {
  const relative = RELATIVE_TIME.exec(text)
  if (!relative) return Date.parse(text)
  return now + Number(relative[1]) * UNIT_MS[relative[2] as keyof typeof UNIT_MS]
}

/** The output schema of a subtask whose candidates agree on one. */
function commonOutput(agents: AgentManifest[]): JsonObject | undefined {
  return agents.length === 1 ? agents[0]!.output : undefined
}
