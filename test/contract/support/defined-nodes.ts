// Defined plans as the orchestrator gets them: nodes, rules of reactions, a prepared run.
import type { PreparedRun } from '../../../src/contract/activity-messages'
import type { GraphNode } from '../../../src/contract/messages'
import { agentSlot, preparedRun, START } from './begin-run'
import { dependenciesOf, policyOf } from './expected-outcomes'
import { HUMAN_PLACE, type DefinedPlan, type Definition, type Policy } from './defined-plan'
import { reactionId } from './reference-reactions'

/** Three agents and a person. */
export const AGENTS = ['first', 'second', 'third', 'human'].map((name) =>
  agentSlot(name, name === 'human' ? { person: true } : {}),
)

/** All of a node but its place in a graph. */
export function bareNode(definition: Definition, plan: Policy | undefined): Omit<GraphNode, 'id' | 'dependsOn'> {
  const { candidates, person, map, conditions, runIf, priority, deadlineMs } = definition
  const { fallback, then } = policyOf(definition, plan)
  return {
    agents: person ? [HUMAN_PLACE] : candidates,
    type: 'any',
    priority,
    ...(deadlineMs === undefined ? {} : { deadline: new Date(START + deadlineMs).toISOString() }),
    ...(runIf === 'all-succeeded' ? {} : { runIf }),
    ...(then === 'skip-dependents' ? {} : { onFailure: then }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(person || map || conditions.length > 0 ? { evaluate: true } : {}),
    ...(map?.maxInFlight === undefined ? {} : { maxInFlight: map.maxInFlight }),
  }
}

/** A list as it is planned or spawned: dependencies are places in the list. */
export function nodesOf(list: readonly Definition[], prefix: string, plan: Policy | undefined): GraphNode[] {
  return list.map((definition, place) => ({
    ...bareNode(place > 0 ? definition : { ...definition, conditions: [] }, plan),
    id: `${prefix}${place}`,
    dependsOn: dependenciesOf(definition, place),
  }))
}

export function preparedOf(plan: DefinedPlan): PreparedRun {
  return preparedRun(AGENTS, nodesOf(plan.subtasks, 's', plan.policy), {
    reactions: plan.reactions.map(({ on, where, run }, reaction) => ({
      id: reactionId(reaction),
      on,
      ...(where ? { where } : {}),
      node: bareNode(run, plan.policy),
    })),
    maxSubtasks: plan.maxSubtasks,
  })
}
