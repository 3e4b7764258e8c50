// PURE. The errors that the orchestrator itself gives to subtasks.
import { MAX_SPAWN_DEPTH } from '../limits'
import { preview } from '../json'
import type { RunIf } from '../plan'
import type { SubtaskError, SubtaskRow } from '../run'

export function cancelledError(): SubtaskError {
  return { code: 'Cancelled', message: 'the run was cancelled', retryable: false }
}

/** Of what had not ended when a subtask failed whose policy is `fail-fast`. */
export function failFastError(failed: string): SubtaskError {
  return { code: 'Cancelled', message: `${preview(failed)} failed, and its policy is fail-fast`, retryable: false }
}

/** Of a subtask that somebody cancelled, or that was cancelled with `because`, which it depends on or which spawned it. */
export function cancelledByError(by: string, because?: string): SubtaskError {
  const message = `${preview(by)} cancelled ${because === undefined ? 'it' : preview(because)}`
  return { code: 'Cancelled', message, retryable: false }
}

/** Of a held subtask that somebody skips. */
export function skippedByError(by: string, comment: string | undefined): SubtaskError {
  const message = `${preview(by)} skipped it${comment === undefined ? '' : `: ${comment}`}`
  return { code: 'SkippedByPerson', message, retryable: false }
}

/** Of a subtask whose conditions do not hold. */
export function conditionError(reason: string): SubtaskError {
  return { code: 'ConditionNotMet', message: reason, retryable: false }
}

export function lateError(deadline: number): SubtaskError {
  const message = `not started by its deadline ${new Date(deadline).toISOString()}`
  return { code: 'DeadlineExceeded', message, retryable: false }
}

/** Of a subtask that waits for one that did not succeed. Further down the chain the cause stays the first one. */
export function skippedError(cause: SubtaskRow, runIf?: RunIf): SubtaskError {
  const known = cause.state === 'skipped' && cause.error?.code === 'DependencyFailed' ? cause.error.message : undefined
  const how = { failed: 'failed', skipped: 'was skipped', cancelled: 'was cancelled' }[cause.state as string]
  const none = runIf === 'any-succeeded' ? 'nothing that it depends on succeeded: ' : ''
  const message = known ?? `not run: ${none}"${cause.id}"${none ? '' : ', which it depends on,'} ${how}`
  return { code: 'DependencyFailed', message, retryable: false }
}

/** Of a subtask whose spawned subtasks did not all succeed. */
export function spawnedError(named: readonly string[], count: number): SubtaskError {
  const more = count > named.length ? ` and ${count - named.length} more` : ''
  const message = `of what it spawned, ${count} did not succeed: ${named.join(', ')}${more}`
  return { code: 'SpawnedSubtaskFailed', message, retryable: false }
}

/** Of one whose output was to be that of a spawned subtask, which was skipped. */
export function noOutputError(child: string): SubtaskError {
  const message = `its output is that of ${preview(child)}, which was skipped`
  return { code: 'SpawnedSubtaskFailed', message, retryable: false }
}

/** Why a spawn is not taken, if it passes a limit: `depth` is the spawner's, `total` what the run has already. */
export function spawnRefusal(
  depth: number,
  spawned: number,
  { total, maxSubtasks }: { total: number; maxSubtasks: number },
): SubtaskError | undefined {
  if (spawned > 0 && depth >= MAX_SPAWN_DEPTH)
    return limitError(`it spawned at depth ${depth}; at most ${MAX_SPAWN_DEPTH} levels are allowed`)
  const sum = total + spawned
  if (sum <= maxSubtasks) return undefined
  return limitError(
    `with the ${spawned} that it spawned the run has ${sum} subtasks; at most ${maxSubtasks} are allowed`,
  )
}

/** Of a reaction's subtask that is too far from what began it. */
export function tooDeepError(depth: number): SubtaskError {
  return limitError(
    `events about subtasks that events started led here over ${depth} levels; at most ${MAX_SPAWN_DEPTH} are allowed`,
  )
}

function limitError(message: string): SubtaskError {
  return { code: 'SpawnLimitExceeded', message, retryable: false }
}
