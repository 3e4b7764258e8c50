// PURE. A failed run's own code and message, from its failed subtasks: the code decides how a command exits.
import { MODEL_FAILURES, type ErrorCode } from '../errors'
import { firstOf } from '../json'
import type { SubtaskRow } from '../run'
import { usdText } from './budget-texts'
import { describeSpending, sum, tokenNumber, totalsOf } from './spending'

/** Failures of a subtask that are the run's own, first the one that outranks the others. */
const DECISIVE: readonly ErrorCode[] = ['BudgetExceeded', 'TestsFailed', ...MODEL_FAILURES]
/** Failed subtasks that the message names. */
const NAMED_FAILURES = 3

export function runFailure(rows: readonly SubtaskRow[]): { code: ErrorCode; message: string } {
  const failed = rows.filter((row) => row.state === 'failed')
  if (failed.length === 0) return { code: 'RunFailed', message: withoutFailure(rows) }
  const codes = new Set(failed.map((row) => row.error?.code))
  const code = DECISIVE.find((one) => codes.has(one)) ?? 'RunFailed'
  // What decides is named first
  const ordered = [...failed].sort((a, b) => rank(a, code) - rank(b, code))
  const named = firstOf(ordered, NAMED_FAILURES, (row) => `"${row.id}" (${row.error?.code}: ${row.error?.message})`)
  const message = `${failed.length} of ${rows.length} subtasks failed: ${named}`
  return { code, message: code === 'BudgetExceeded' ? `${spending(rows)}; ${message}` : message }
}

/** Somebody cancelled a part of it, or an event was to start a subtask too many. */
function withoutFailure(rows: readonly SubtaskRow[]): string {
  const cancelled = rows.filter((row) => row.state === 'cancelled')
  if (cancelled.length === 0)
    return 'an event was to start a subtask, and was refused: see reaction.refused in its events'
  const named = firstOf(cancelled, NAMED_FAILURES, ({ id, error }) => `"${id}" (${error?.message})`)
  return `${cancelled.length} of ${rows.length} subtasks were cancelled: ${named}`
}

function rank(row: SubtaskRow, code: ErrorCode): number {
  return row.error?.code === code ? 0 : 1
}

function spending(rows: readonly SubtaskRow[]): string {
  const spent = rows.map(({ id, agent, tokensUsed = 0 }) => ({ subtask: id, agent, tokens: tokensUsed }))
  const { cost } = totalsOf(rows)
  const price = typeof cost === 'number' ? ` for ${usdText(cost)}` : ''
  return `a budget is used up: ${tokenNumber(sum(spent))} tokens were spent${price}: ${describeSpending(spent)}`
}
