// PURE. How a run stands beside its subtasks, as answers tell it: the version of its plan, what is paused, whether it stays up.
import type { StatusAnswer } from '../messages'
import type { RunState } from './run-state'

export type Standing = Pick<StatusAnswer, 'planVersion' | 'paused' | 'pausedAgents' | 'open' | 'budget'>

/** The same from a worker and from a reader of its history. */
export function standingOf({ planVersion, paused, pausedAgents, open, budgets }: RunState): Standing {
  const { told } = budgets
  return {
    planVersion,
    ...(paused ? { paused } : {}),
    ...(Object.keys(pausedAgents).length > 0 ? { pausedAgents } : {}),
    ...(open ? { open } : {}),
    ...(told ? { budget: told } : {}),
  }
}
