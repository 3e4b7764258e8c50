// PURE. The errors that the orchestrator itself gives to subtasks.
import { MAX_SPAWN_DEPTH, MAX_SUBTASKS } from '../limits'
import type { SubtaskError, SubtaskRow } from '../run'

/** Subtasks that a message names. */
const NAMED = 5

export function cancelledError(): SubtaskError {
  return { code: 'Cancelled', message: 'the run was cancelled', retryable: false }
}

export function lateError(deadline: number): SubtaskError {
  const message = `not started by its deadline ${new Date(deadline).toISOString()}`
  return { code: 'DeadlineExceeded', message, retryable: false }
}

/** Of a subtask that waits for one that did not succeed. Further down the chain the cause stays the first one. */
export function skippedError(cause: SubtaskRow): SubtaskError {
  const how = cause.state === 'cancelled' ? 'was cancelled' : 'failed'
  const message =
    cause.state === 'skipped' ? (cause.error?.message ?? '') : `not run: "${cause.id}", which it depends on, ${how}`
  return { code: 'DependencyFailed', message, retryable: false }
}

/** Of a subtask whose spawned subtasks did not all succeed. */
export function spawnedError(unsuccessful: readonly string[]): SubtaskError {
  const shown = unsuccessful.slice(0, NAMED).join(', ')
  const more = unsuccessful.length > NAMED ? ` and ${unsuccessful.length - NAMED} more` : ''
  const message = `of what it spawned, ${unsuccessful.length} did not succeed: ${shown}${more}`
  return { code: 'SpawnedSubtaskFailed', message, retryable: false }
}

/** Why a spawn is not taken, if it passes a limit: `depth` is the spawner's, `total` what the run has already. */
export function spawnRefusal(depth: number, spawned: number, total: number): SubtaskError | undefined {
  if (spawned > 0 && depth >= MAX_SPAWN_DEPTH)
    return limitError(`it spawned at depth ${depth}; at most ${MAX_SPAWN_DEPTH} levels are allowed`)
  const sum = total + spawned
  if (sum <= MAX_SUBTASKS) return undefined
  return limitError(
    `with the ${spawned} that it spawned the run has ${sum} subtasks; at most ${MAX_SUBTASKS} are allowed`,
  )
}

function limitError(message: string): SubtaskError {
  return { code: 'SpawnLimitExceeded', message, retryable: false }
}
