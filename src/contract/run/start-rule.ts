// PURE. When a subtask runs, as far as its dependencies decide.
import type { RunIf } from '../plan'

/** How its dependencies stand. */
export interface Dependencies {
  total: number
  /** Those that have not ended. */
  open: number
  succeeded: number
}

/** `skip` is final; `start` and `skip` come at most once, however the dependencies end. */
export function startRule(runIf: RunIf, { total, open, succeeded }: Dependencies): 'wait' | 'start' | 'skip' {
  if (runIf === 'all-succeeded' && total - open > succeeded) return 'skip'
  if (open > 0) return 'wait'
  if (runIf === 'any-succeeded' && total > 0 && succeeded === 0) return 'skip'
  return 'start'
}
