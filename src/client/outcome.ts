// HOST. How a run ended, as its caller gets it.
import { asTroupeError, messageOf, TroupeError, type ErrorCode, type Problem } from '../contract/errors'
import { isObject } from '../contract/json'
import type { AgentResult, RunCounts } from '../contract/run'
import { resultsSoFar } from './results'
import type { RunView } from './run-view'
import type { ClientScope } from './scope'

export interface RunOutcome {
  runId: string
  status: 'succeeded' | 'failed' | 'cancelled'
  counts: RunCounts
  /** By subtask id, all of them, outputs in full. */
  results: Record<string, AgentResult>
  /** From the workflow's start to its close, in milliseconds. */
  durationMs: number
  /** Why a run failed that has no results of its own to say it: a refused plan, a termination. */
  error?: { code: ErrorCode; message: string; problems: Problem[] }
}

/** A run that failed or was cancelled, with all that it did. */
export class RunFailedError extends TroupeError {
  constructor(readonly outcome: RunOutcome) {
    const { runId, status, counts, error } = outcome
    const failed = Object.values(outcome.results).filter((result) => result.status === 'failed')
    const named = failed.slice(0, 3).map(({ taskId, error: why }) => `"${taskId}" (${why?.code}: ${why?.message})`)
    const said =
      error?.message ?? (status === 'cancelled' ? 'it was cancelled' : `${counts.failed} failed: ${named.join(', ')}`)
    super(
      status === 'cancelled' ? 'Cancelled' : (error?.code ?? 'RunFailed'),
      `the run "${runId}" ${status === 'cancelled' ? 'was cancelled' : 'failed'}: ${said}`,
      {
        problems: error?.problems ?? [],
      },
    )
  }
}

/** The outcome of a closed run, from its view. */
export async function outcomeOf(scope: ClientScope, view: RunView): Promise<RunOutcome> {
  const { runId, status, counts } = view
  if (status === 'running' || status === 'preparing')
    throw new TroupeError('Internal', `the run "${runId}" has not ended`)
  const { succeeded, failed, skipped, cancelled } = counts
  const results = await resultsSoFar(scope, view)
  const durationMs = Math.max(0, Date.parse(view.endedAt ?? view.startedAt) - Date.parse(view.startedAt))
  const error = view.failure && !view.result ? { error: failureOf(view.failure) } : {}
  return { runId, status, counts: { succeeded, failed, skipped, cancelled }, results, durationMs, ...error }
}

/** The failure of the workflow itself: its type is our code where we threw it. */
function failureOf(failure: Error): NonNullable<RunOutcome['error']> {
  const { type, details } = failure as { type?: string; details?: unknown[] }
  const probe = asTroupeError({ name: 'TroupeError', code: type, message: messageOf(failure) })
  const detail = details?.[0]
  const problems = isObject(detail) && Array.isArray(detail.problems) ? (detail.problems as Problem[]) : []
  return { code: probe?.code ?? 'RunFailed', message: messageOf(failure), problems }
}
