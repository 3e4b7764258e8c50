// HOST. An execution's own timer: aborts at its timeout or deadline, whichever comes first.
import type { AgentTask } from '../contract/agent'
import { TroupeError } from '../contract/errors'

/** setTimeout takes no longer time than this; a deadline beyond it is not waited for here. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export function timeLimit(
  agent: string,
  task: Pick<AgentTask, 'deadline'>,
  timeoutMs: number,
): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const untilDeadline = task.deadline === undefined ? Infinity : Date.parse(task.deadline) - Date.now()
  const abort = (): void =>
    controller.abort(untilDeadline < timeoutMs ? pastDeadline(task.deadline) : timedOut(agent, timeoutMs))
  const timer = setTimeout(abort, Math.min(Math.max(0, Math.min(timeoutMs, untilDeadline)), LONGEST_TIMER_MS))
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}

function timedOut(agent: string, timeoutMs: number): TroupeError {
  const hint = 'raise timeoutMs, or do the work in smaller subtasks'
  return new TroupeError('Timeout', `"${agent}" did not end within ${timeoutMs} ms`, { hint, retryable: true })
}

function pastDeadline(deadline: string | undefined): TroupeError {
  return new TroupeError('DeadlineExceeded', `not done by its deadline ${deadline}`)
}
