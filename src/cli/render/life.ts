// HOST, pure. Who is known to be alive: something turns only for those.
import type { PendingExecution, RunStatusReport } from '../../client/status'

/** Executions beat each second, at the slowest each third of 10 s: one that was silent for longer has lost its worker. */
const SILENT_MS = 6_000
/** A run is asked again at most 5 s after an answer, which takes 2.5 s at most: what is older tells nothing of now. */
const STALE_MS = 8_000

export interface Heard {
  now: number
  /** When the run's status was told, in milliseconds since the epoch. */
  heardAt: number
  /** Why the newest question had no answer. */
  trouble?: string
}

/** Whether anything in the picture may be told of as going on now. */
function isFresh({ now, heardAt, trouble }: Heard): boolean {
  return trouble === undefined && now - heardAt <= STALE_MS
}

/** Milliseconds since an execution's last sign of life, where that is too long; else undefined. */
export function silence({ heartbeatAt }: PendingExecution, heardAt: number): number | undefined {
  const silent = heartbeatAt === undefined ? 0 : heardAt - Date.parse(heartbeatAt)
  return silent > SILENT_MS ? silent : undefined
}

/**
 * Ids of the subtasks whose execution is in the hands of a worker that shows signs of life. None where nobody answers for
 * the run: then it is asked too seldom to know, and does not go on anyway.
 */
export function livingSubtasks(view: RunStatusReport, heard: Heard): Set<string> {
  if (view.source !== 'worker' || !isFresh(heard)) return new Set()
  const blocked = new Set(view.blocked.map(({ worker }) => worker))
  const isAlive = (execution: PendingExecution): boolean =>
    execution.state !== 'scheduled' &&
    !blocked.has(execution.worker ?? '') &&
    silence(execution, heard.heardAt) === undefined
  return new Set(view.pending.filter(isAlive).map(({ subtask }) => subtask))
}

/** Whether the run goes on: a worker answers for it, and what it handed out is not all without one. */
export function isGoingOn(view: RunStatusReport, living: ReadonlySet<string>, heard: Heard): boolean {
  if (view.source !== 'worker' || !isFresh(heard)) return false
  const unserved = new Set(view.unserved.flatMap(({ subtasks }) => subtasks))
  const isLost = ({ state, subtask }: PendingExecution): boolean => state !== 'scheduled' || unserved.has(subtask)
  return living.size > 0 || !view.pending.some(isLost)
}
