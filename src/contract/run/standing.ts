// PURE. How a run stands beside its subtasks, as answers tell it: the version of its plan, what is paused, whether it stays up.
import type { StatusAnswer } from '../messages'
import type { RunState } from './run-state'

export type Standing = Pick<StatusAnswer, 'planVersion' | 'paused' | 'pausedAgents' | 'open'>

/** The same from a worker and from a reader of its history. */
export function standingOf({ planVersion, paused, pausedAgents, open }: RunState): Standing {
  return {
    planVersion,
    ...(paused ? { paused } : {}),
    ...(Object.keys(pausedAgents).length > 0 ? { pausedAgents } : {}),
    ...(open ? { open } : {}),
  }
}
