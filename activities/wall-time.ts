// EFFECTS. The wall time of budgets: ends an execution that is still running when it is over.
import type { BudgetLevel } from '../src/contract/budget'
import { LONGEST_TIMER_MS } from '../src/contract/limits'
import { budgetExceeded } from '../src/contract/run/budget-texts'
import type { Pulse } from './pulse'

/** Ends an execution when a budget's wall time is over, whatever it does; returns what stops the clock. */
export function limitWallTime(levels: readonly BudgetLevel[], pulse: Pulse): () => void {
  const timers = levels.flatMap((level) => {
    const { limits, since } = level
    if (limits.wallMs === undefined || since === undefined) return []
    const left = Date.parse(since) + limits.wallMs - Date.now()
    if (left > LONGEST_TIMER_MS) return []
    return setTimeout(() => pulse.abort(budgetExceeded({ level, key: 'wallMs' }, { left: 0 })), left)
  })
  return () => timers.forEach((timer) => clearTimeout(timer))
}
