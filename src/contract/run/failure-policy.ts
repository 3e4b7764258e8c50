// PURE. What follows when a subtask has failed, as its policy says.
import type { ErrorCode } from '../errors'
import type { GraphNode } from '../messages'

export interface Failing {
  policy: Pick<GraphNode, 'onFailure' | 'fallback'>
  code: ErrorCode
  /** Its fallback has had it. */
  fellBack: boolean
  /** It failed by what it spawned: to do it again would not undo that. */
  joined: boolean
  /** What finds its budget used up waits for a person. */
  holdsForBudget?: boolean
}

export function afterFailure({
  policy,
  code,
  fellBack,
  joined,
  holdsForBudget,
}: Failing): 'fallback' | 'hold' | 'fail-fast' | 'skip-dependents' {
  // It is no failure yet: whoever raises the budget lets it go on
  if (code === 'BudgetExceeded' && holdsForBudget && !joined) return 'hold'
  // After its deadline another agent is too late as well; and what may have been done is not to be done by another
  const isLeft = code !== 'DeadlineExceeded' && code !== 'UnknownOutcome'
  if (policy.fallback !== undefined && !fellBack && !joined && isLeft) return 'fallback'
  if (policy.onFailure === 'hold') return joined ? 'skip-dependents' : 'hold'
  return policy.onFailure ?? 'skip-dependents'
}
