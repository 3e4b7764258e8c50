// PURE. Subtasks that are added to a live run: the plan's rules, among subtasks that are there already.
import type { AgentManifest } from '../agent'
import { TroupeError, type Problem } from '../errors'
import type { JsonObject } from '../json'
import type { FailurePolicy } from '../plan'
import type { CheckedSubtasks } from './check-subtasks'

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
  throw new TroupeError('Internal', `not built: ${list.length} ${context.first}`)
}
