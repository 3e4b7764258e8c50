// PURE. What a repeated run is handed of the old one: executions as records, and what they spawned as it now stands.
import type { AgentManifest } from '../agent'
import type { AgentExecution } from '../activity-messages'
import type { CheckedSubTask, GraphNode } from '../messages'
import { candidates, dependenciesOf } from './input-hash'
import { childrenOf, type Past, type PastSubtask } from './reuse'

export interface CarriedExecution {
  execution: AgentExecution
  /** What it spawned: to be kept as a fragment, whose artifact then is `execution.spawned.fragment`. */
  subtasks?: CheckedSubTask[]
}

export interface CarryContext {
  /** Agents of the old run and of the new one: nodes name them by their places. */
  was: readonly AgentManifest[]
  is: readonly AgentManifest[]
  /** A spawned subtask that is to be another one. */
  replaced?: CheckedSubTask
  /** The deadline that the same subtask has in the new run. */
  deadline(old: string): string
}

/**
 * The executions of those that are reused, by id. The new run has spent nothing on them. What a live change made of a spawned
 * subtask stands in its spawner's execution, as though it had been spawned so.
 */
export function carryOver(past: Past, reused: readonly string[], context: CarryContext): Map<string, CarriedExecution> {
  const children = childrenOf(past)
  return new Map(reused.map((id) => [id, carried(past.get(id)!, children.get(id) ?? [], past, context)]))
}

function carried(
  { execution: left }: PastSubtask,
  children: readonly string[],
  past: Past,
  context: CarryContext,
): CarriedExecution {
  const { unconfirmedCalls: _, ...rest } = left!
  const execution: AgentExecution = { ...rest, tokensUsed: 0 }
  const { spawned } = execution
  if (!spawned || children.length === 0) return { execution }
  const places = new Map(spawned.nodes.map(({ id }, place) => [id, place]))
  const subtasks = spawned.nodes.map(({ id }) => definitionOf(past.get(id)!, context))
  const nodes = spawned.nodes.map((node, place) => nodeOf(node, subtasks[place]!, places, context))
  return { execution: { ...execution, spawned: { ...spawned, nodes } }, subtasks }
}

function definitionOf({ definition }: PastSubtask, { replaced, deadline }: CarryContext): CheckedSubTask {
  const current = replaced?.id === definition.id ? replaced : definition
  return current.deadline === undefined ? current : { ...current, deadline: deadline(current.deadline) }
}

function nodeOf(
  { deadline: _deadline, evaluate: _evaluate, fallback: fallbackWas, ...node }: GraphNode,
  definition: CheckedSubTask,
  places: ReadonlyMap<string, number>,
  { was, is }: CarryContext,
): GraphNode {
  const { type, priority, deadline } = definition
  const agents = candidates(definition, is)
  const evaluated = definition.when?.length || definition.forEach || agents.some((place) => is[place]!.person)
  const fallback = fallbackWas === undefined ? -1 : placeOf(was[fallbackWas]!.name, is)
  return {
    ...node,
    // Of one that is reused the agent may be gone: any place will do, since it is not executed
    agents: agents.length > 0 ? agents : [0],
    type,
    priority,
    dependsOn: dependenciesOf(definition).flatMap((id) => places.get(id) ?? []),
    ...(deadline === undefined ? {} : { deadline }),
    ...(evaluated ? { evaluate: true } : {}),
    ...(fallback === -1 ? {} : { fallback }),
  }
}

function placeOf(name: string, agents: readonly AgentManifest[]): number {
  return agents.findIndex((agent) => agent.name === name)
}
