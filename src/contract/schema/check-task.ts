// PURE. What subtasks and the templates of reactions have in common: who takes the task, and whether they will.
import type { AgentManifest } from '../agent'
import type { Budget } from '../budget'
import type { Problem } from '../errors'
import { preview } from '../json'
import type { GraphNode } from '../messages'
import type { FailurePolicy } from '../plan'
import { holdsReferences } from '../references'
import type { AgentIndex } from './agent-index'
import { humanPayloadProblems } from './human-payload'
import { checkValue } from './json-schema'
import { joinPath } from './path'

/** A task as it came, of whatever shape; its payload is the one that it will have. */
export interface LooseTask {
  agentType?: unknown
  type?: unknown
  payload: unknown
  onFailure?: unknown
}

/** The candidates as places in the run's list of agents, and all that is wrong with agent, policy and payload. */
export function checkTask(
  task: LooseTask,
  path: string,
  index: AgentIndex,
): { agents: readonly number[]; problems: Problem[] } {
  const { agents, problems: unknown } = index.candidates(task, path)
  const problems = [...unknown, ...index.policyProblems(task.onFailure, joinPath(path, ['onFailure']), agents)]
  problems.push(...refusedByAll(task.payload, joinPath(path, ['payload']), agents, index.agents))
  const fallback = index.fallbackPlace(task.onFailure)
  if (fallback !== undefined && problems.length === 0)
    problems.push(...refusedByFallback(task.payload, path, index.agents[fallback]!))
  return { agents, problems }
}

/** What the orchestrator has to know of any task. */
export function taskNode(
  task: {
    type: string
    priority: GraphNode['priority']
    estimateMs?: number
    onFailure?: FailurePolicy
    budget?: Budget
  },
  agents: readonly number[],
  index: AgentIndex,
  planPolicy: FailurePolicy | undefined,
): Omit<GraphNode, 'id' | 'dependsOn'> {
  const { type, priority, estimateMs, onFailure, budget } = task
  return {
    agents: [...agents],
    type,
    priority,
    ...(estimateMs === undefined ? {} : { estimateMs }),
    ...index.failureRules(onFailure, planPolicy, agents),
    ...(budget ? { budget } : {}),
    ...(agents.some((place) => index.agents[place]!.person) ? { evaluate: true } : {}),
  }
}

/** A payload is refused if no candidate takes it; what the first one says of it is reported. */
function refusedByAll(
  payload: unknown,
  path: string,
  places: readonly number[],
  agents: readonly AgentManifest[],
): Problem[] {
  let first: Problem[] | undefined
  for (const place of places) {
    const problems = refusedPayload(payload, path, agents[place]!)
    if (problems.length === 0) return []
    first ??= problems
  }
  return first ?? []
}

function refusedByFallback(payload: unknown, path: string, agent: AgentManifest): Problem[] {
  const [first] = refusedPayload(payload, joinPath(path, ['payload']), agent)
  if (!first) return []
  const message = `the fallback ${preview(agent.name)} does not take the payload: ${first.path}: ${first.message}`
  return [{ path: joinPath(path, ['onFailure', 'fallback']), message, ...(first.hint ? { hint: first.hint } : {}) }]
}

/** What only the run knows is checked at the agent. */
function refusedPayload(payload: unknown, path: string, { person, input }: AgentManifest): Problem[] {
  if (person) return humanPayloadProblems(payload, path)
  return !input || holdsReferences(payload) ? [] : checkValue(input, payload, path).problems
}
