// PURE. A subtask of a live run that is replaced before it starts: payload, priority, deadline or agent.
import { TroupeError, type Problem } from '../errors'
import type { ChangeInput } from '../changes'
import type { CheckedSubTask, GraphNode } from '../messages'
import type { AdditionContext } from './check-addition'

/** What is given is replaced. */
export type Replacement = Pick<ChangeInput, 'payload' | 'priority' | 'deadline' | 'agentType'>

export interface ReplacementContext extends Omit<AdditionContext, 'first' | 'known'> {
  /** Every subtask of the run, by its place, the one that is replaced among them. */
  known: readonly { id: string; dependsOn: readonly number[] }[]
}

/**
 * The subtask as it is to be, checked by the plan's rules, and its node, whose `dependsOn` holds places in the run's list.
 * Problems' paths begin with `payload`, `priority`, `deadline` or `agentType`.
 */
export function checkReplacement(
  current: CheckedSubTask,
  change: Replacement,
  context: ReplacementContext,
): { checked?: { subtask: CheckedSubTask; node: GraphNode }; problems: Problem[] } {
  throw new TroupeError('Internal', `not built: ${current.id} ${JSON.stringify(change)} ${context.now}`)
}
