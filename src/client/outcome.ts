// HOST. How a run ended, as its caller gets it.
import { asTroupeError, messageOf, TroupeError, type ErrorCode, type Problem } from '../contract/errors'
import { isObject } from '../contract/json'
import type { AgentResult, RunCounts } from '../contract/run'
import { runFailure } from '../contract/run/run-failure'
import type { Cost } from '../contract/prices'
import { spentBy, totalsOf, type Totals } from '../contract/run/spending'
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
  /** Of all attempts of all subtasks, as the providers counted them. */
  tokensUsed: number
  /** In US dollars, `unknown` where nobody knows a price; absent if no model was called. */
  cost?: Cost
  /** What each agent has used; those that called no model are left out. */
  spentBy: Record<string, Totals>
  /** Model calls of which nobody knows what was billed: cut off, or not counted by their provider, and then estimated; absent if there were none. */
  unconfirmedCalls?: number
  /**
   * Why it did not succeed: `Cancelled`, `RunFailed`, or what decided that it failed: `BudgetExceeded`, `TestsFailed`, a
   * model's code, `InvalidPlan`.
   */
  code?: ErrorCode
  /** Why a run failed that has no results of its own to say it: a refused plan, a termination. */
  error?: { code: ErrorCode; message: string; problems: Problem[] }
}

/** A run that failed or was cancelled, with all that it did. */
export class RunFailedError extends TroupeError {
  constructor(readonly outcome: RunOutcome) {
    const { runId, status, code = 'RunFailed', error } = outcome
    super(code, `the run "${runId}" ${status === 'cancelled' ? 'was cancelled' : 'failed'}: ${reason(outcome)}`, {
      problems: error?.problems ?? [],
    })
  }
}

function reason({ status, counts, code, error, results }: RunOutcome): string {
  if (error) return error.message
  if (status === 'cancelled') return 'it was cancelled'
  // Where nothing failed, somebody cancelled a part of it
  const ended = counts.failed > 0 ? 'failed' : 'cancelled'
  const failed = Object.values(results).filter((result) => result.status === ended)
  // What decided is named first
  const ordered = [...failed].sort((a, b) => Number(b.error?.code === code) - Number(a.error?.code === code))
  const named = ordered.slice(0, 3).map(({ taskId, error: why }) => `"${taskId}" (${why?.code}: ${why?.message})`)
  return `${counts[ended]} ${ended}: ${named.join(', ')}`
}

/** The outcome of a closed run, from its view. */
export async function outcomeOf(scope: ClientScope, view: RunView): Promise<RunOutcome> {
  const { runId, status, counts } = view
  if (status === 'running' || status === 'preparing')
    throw new TroupeError('Internal', `the run "${runId}" has not ended`)
  const { succeeded, failed, skipped, cancelled } = counts
  const results = await resultsSoFar(scope, view)
  const durationMs = Math.max(0, Date.parse(view.endedAt ?? view.startedAt) - Date.parse(view.startedAt))
  const failure = view.failure && failureOf(view.failure)
  const code = status === 'cancelled' ? 'Cancelled' : (failure?.code ?? runFailure(view.subtasks).code)
  return {
    runId,
    status,
    counts: { succeeded, failed, skipped, cancelled },
    results,
    durationMs,
    ...totalsOf([view]),
    spentBy: spentBy(view.subtasks),
    ...(status === 'succeeded' ? {} : { code }),
    ...(failure && !view.result ? { error: failure } : {}),
  }
}

/** The failure of the workflow itself: its type is our code where we threw it. */
function failureOf(failure: Error): NonNullable<RunOutcome['error']> {
  const { type, details } = failure as { type?: string; details?: unknown[] }
  const probe = asTroupeError({ name: 'TroupeError', code: type, message: messageOf(failure) })
  const detail = details?.[0]
  const problems = isObject(detail) && Array.isArray(detail.problems) ? (detail.problems as Problem[]) : []
  return { code: probe?.code ?? 'RunFailed', message: messageOf(failure), problems }
}
