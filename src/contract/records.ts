// PURE. The names of a run's records in the store.
import type { RunKey } from './messages'

function runPrefix({ workflowId, firstRunId }: RunKey): string {
  return `runs/${workflowId}/${firstRunId}/`
}

/** An `AgentExecution`: what the first attempt that succeeded left. */
export function resultRecord(run: RunKey, subtask: string): string {
  return `${runPrefix(run)}results/${subtask}`
}

/** A `PreparedRecord`: what workers that come later must know of the run. */
export function preparedRecord(run: RunKey): string {
  return `${runPrefix(run)}prepared`
}

/** `BlockedRecord`s of a run. */
export function blockedPrefix(run: RunKey): string {
  return `${runPrefix(run)}blocked/`
}

/** A worker's reports are numbered: records cannot change, so the newest one counts. */
export function blockedRecord(run: RunKey, worker: string, number: number): string {
  return `${blockedPrefix(run)}${worker}/${String(number).padStart(6, '0')}`
}

export interface PreparedRecord {
  /** Artifact of the run's `RunSpec`. */
  spec: string
}

/** A worker whose event loop stood still while it ran executions of the run. */
export interface BlockedWorker {
  worker: string
  /** ISO time since when nothing moved. */
  since: string
  /** The executions that were running: one of them blocks. */
  executions: { agent: string; subtask: string; attempt: number }[]
}

/** One report of a blocked worker. */
export interface BlockedRecord extends BlockedWorker {
  /** ISO time after which it says nothing: the worker has reported again by then, goes on, or is gone. */
  until: string
}
