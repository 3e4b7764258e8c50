// HOST. An execution's own timer: aborts at its timeout or deadline, whichever comes first.
import type { AgentTask } from '../contract/agent'
import { TroupeError } from '../contract/errors'
import { LONGEST_TIMER_MS } from '../contract/limits'

/** What was cut off has 5 s to settle; the rest is for writing down what a person is asked. */
const ORDER_MS = 10_000

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

/**
 * Calls `act` while there is still time to put things in order: so long before `endsAt`, or at half of the time where that is
 * short. Returns what ends the wait.
 */
export function beforeEnd(endsAt: number, act: () => void): () => void {
  const left = Math.max(0, endsAt - Date.now())
  const timer = setTimeout(act, Math.min(left - Math.min(left / 2, ORDER_MS), LONGEST_TIMER_MS))
  return () => clearTimeout(timer)
}

function timedOut(agent: string, timeoutMs: number): TroupeError {
  const hint = 'raise timeoutMs, or do the work in smaller subtasks'
  return new TroupeError('Timeout', `"${agent}" did not end within ${timeoutMs} ms`, { hint, retryable: true })
}

function pastDeadline(deadline: string | undefined): TroupeError {
  return new TroupeError('DeadlineExceeded', `not done by its deadline ${deadline}`)
}
