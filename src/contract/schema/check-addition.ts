// PURE. Subtasks that are added to a live run: the plan's rules, among subtasks that are there already.
import type { AgentManifest } from '../agent'
import type { Problem } from '../errors'
import { isObject, type JsonObject } from '../json'
import type { FailurePolicy } from '../plan'
import { takenIdProblem } from './check-reactions'
import { checkSubtasks, type CheckedSubtasks } from './check-subtasks'
import { notJson } from './not-json'

const PATH = 'subtasks'

export interface AdditionContext {
  /** Every subtask of the run, by its place, spawned ones by their full ids. */
  known: readonly { id: string }[]
  /** The place that the first one that is added will have; at least as many as are known. */
  first: number
  agents: readonly AgentManifest[]
  inputs?: unknown
  /** Milliseconds since the epoch: relative deadlines count from here. */
  now: number
  /** The plan's. */
  onFailure?: FailurePolicy
  /** The run's reactions: what they start has ids of their own. */
  reactions?: readonly { id: string }[]
  /** JSON Schema of a known subtask's output, where it has one. */
  outputSchema?(id: string): JsonObject | undefined
}

/**
 * Checks added subtasks. In what comes back `dependsOn` of a node holds places in the run's list: those of known subtasks,
 * and `first` plus its position for one of the addition's own. Problems' paths begin with `subtasks`.
 */
export function checkAddition(
  list: readonly unknown[],
  context: AdditionContext,
): { checked?: CheckedSubtasks; problems: Problem[] } {
  const foreign = notJson(list, PATH)
  if (foreign.length > 0) return { problems: foreign }
  const { reactions = [], ...rest } = context
  const ids = new Set(reactions.map(({ id }) => id))
  const taken = list.flatMap((element, place) => {
    if (!isObject(element) || typeof element.id !== 'string') return []
    return takenIdProblem(element.id, ids, `${PATH}[${place}].id`) ?? []
  })
  const { checked, problems } = checkSubtasks(list, { ...rest, path: PATH })
  if (list.length === 0) problems.push({ path: PATH, message: '0 subtasks: there is nothing to add' })
  const all = [...problems, ...taken]
  return checked && all.length === 0 ? { checked, problems: [] } : { problems: all }
}
