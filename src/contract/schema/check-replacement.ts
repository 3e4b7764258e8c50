// PURE. A subtask of a live run that is replaced before it starts: payload, priority, deadline or agent.
import type { ChangeInput } from '../changes'
import { findCycles } from '../cycles'
import type { Problem } from '../errors'
import { preview } from '../json'
import type { CheckedSubTask, GraphNode } from '../messages'
import { AgentIndex } from './agent-index'
import type { AdditionContext } from './check-addition'
import { cycleProblem, dependenciesOf, dependencyScope } from './check-graph'
import { notJson } from './not-json'
import { parseSubtask, subtaskNode } from './parse-subtask'

/** What is given is replaced. */
export type Replacement = Pick<ChangeInput, 'payload' | 'priority' | 'deadline' | 'agentType'>

export interface ReplacementContext extends Omit<AdditionContext, 'first' | 'known' | 'reactions'> {
  /** Every subtask of the run, by its place, the one that is replaced among them. */
  known: readonly { id: string; dependsOn: readonly number[] }[]
}

/** In place of an id that is full already: `<spawner>/<id>` is none that anybody may write. */
const ANY_ID = 'subtask'

/**
 * The subtask as it is to be, checked by the plan's rules, and its node, whose `dependsOn` holds places in the run's list:
 * what `dependsOn`, `when` and `forEach` named before, and what the payload refers to now.
 * Problems' paths begin with `payload`, `priority`, `deadline`, `agentType` or `dependsOn`.
 */
export function checkReplacement(
  current: CheckedSubTask,
  change: Replacement,
  context: ReplacementContext,
): { checked?: { subtask: CheckedSubTask; node: GraphNode }; problems: Problem[] } {
  const { id } = current
  const foreign = notJson(change, '')
  const places = new Map(context.known.map((known, at) => [known.id, at]))
  const place = places.get(id)
  if (place === undefined) foreign.push({ path: '', message: `there is no subtask ${preview(id)} in the run` })
  if (place === undefined || foreign.length > 0) return { problems: named(foreign, id) }
  const index = new AgentIndex(context.agents)
  const { event, deadline, ...kept } = current
  const parsed = parseSubtask({ ...kept, ...given(current, change), id: ANY_ID }, '', {
    index,
    now: context.now,
    hasEvent: event !== undefined,
  })
  const scope = dependencyScope(places, { ...context, outputSchema: (from) => context.outputSchema?.(from) })
  const dependencies = dependenciesOf(parsed.draft, scope)
  const problems = [
    ...parsed.problems,
    ...dependencies.problems,
    ...cycleThrough(place, dependencies.places, places, context),
  ]
  if (!parsed.subtask || problems.length > 0) return { problems: named(problems, id) }
  const subtask: CheckedSubTask = {
    ...parsed.subtask,
    id,
    ...(event === undefined ? {} : { event }),
    // One that has passed is no reason to refuse another change: what is held outlives its deadline
    ...(change.deadline === undefined && deadline !== undefined ? { deadline } : {}),
  }
  const node = subtaskNode({ ...parsed, subtask }, dependencies.places, { index, ...context })
  return { checked: { subtask, node }, problems: [] }
}

/** What the change says; an agent's own name as type goes with the agent. */
function given(current: CheckedSubTask, change: Replacement): Record<string, unknown> {
  const { deadline, ...others } = change
  const said = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))
  const isDefaultType = change.agentType !== undefined && current.type === current.agentType
  return { ...said, ...(isDefaultType ? { type: undefined } : {}), ...(deadline == null ? {} : { deadline }) }
}

/** A spawner waits for what it spawned, whose ids begin with its own. */
function cycleThrough(
  place: number,
  dependsOn: readonly number[],
  places: ReadonlyMap<string, number>,
  { known }: ReplacementContext,
): Problem[] {
  const edges = known.map((one, at) => [...(at === place ? dependsOn : one.dependsOn)])
  for (const [at, { id }] of known.entries()) {
    const spawner = id.includes('/') ? places.get(id.slice(0, id.lastIndexOf('/'))) : undefined
    if (spawner !== undefined) edges[spawner]!.push(at)
  }
  const [cycle] = findCycles(edges, 1)
  return cycle
    ? [
        cycleProblem(
          cycle.map((at) => known[at]!.id),
          '',
        ),
      ]
    : []
}

function named(problems: readonly Problem[], subtask: string): Problem[] {
  return problems.map((problem) => ({ ...problem, subtask }))
}
