// HOST, pure. What is said of one subtask in the tree: time, tokens, attempt, progress, what it waits for, or why it failed.
import type { PendingExecution, WaitingReason } from '../../client/status'
import type { SubtaskRow } from '../../contract/run'
import type { WaitingKind } from '../../contract/run/waiting'
import { runningDetails } from '../../contract/run/waiting-executions'
import { silence, type Heard } from './life'
import type { Piece } from './line'
import { styled } from './marks'
import { duration, elapsed } from '../../contract/time'
import { usageText } from './tokens'
import { givenBy, runningFor } from './waiting'

/** What a person should see. */
const NOTICED: readonly WaitingKind[] = ['retrying', 'asking', 'held', 'blocked']

export interface RowToTell extends Heard {
  row: SubtaskRow
  /** Absent for what has ended. */
  reason?: WaitingReason
  /** What Temporal knows of it, where it was handed out. */
  execution?: PendingExecution
}

export function rowFacts({ row, reason, execution, now, heardAt }: RowToTell): Piece[] {
  if (!reason) return endedFacts(row)
  if (reason.kind !== 'running') return [[NOTICED.includes(reason.kind) ? 'yellow' : 'dim', reason.sentence]]
  const details = runningDetails(execution).join(' · ')
  const silent = execution && silence(execution, heardAt)
  const facts: Piece[] = [
    runningFor(row, now),
    usageText(execution ?? {}),
    silent === undefined ? '' : ['yellow', `no sign of life for ${elapsed(silent)}`],
    details === '' ? '' : ['dim', details],
  ]
  return facts.filter(Boolean).flatMap((fact, place) => (place === 0 ? [fact] : [' · ', fact]))
}

function endedFacts(row: SubtaskRow): Piece[] {
  const { state, error, durationMs, attempt = 1, replacedBy } = row
  const facts = joined([
    durationMs === undefined ? '' : duration(durationMs),
    usageText(row),
    attempt > 1 ? `attempt ${attempt}` : '',
    replacedBy === undefined ? '' : givenBy(replacedBy),
  ])
  if (state === 'succeeded') return [facts]
  const gap = facts === '' ? '' : '  '
  if (state !== 'failed' || !error) return [facts, gap, styled(state, state)]
  return [facts, gap, ['red', error.code], ` ${error.message}`, error.hint ? ['dim', ` (${error.hint})`] : undefined]
}

function joined(facts: readonly string[]): string {
  return facts.filter(Boolean).join(' · ')
}
