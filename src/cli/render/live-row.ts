// HOST, pure. What is said of one subtask in the tree: time, tokens, attempt, progress, what it waits for, or why it failed.
import type { PendingExecution } from '../../client/status'
import type { SubtaskRow } from '../../contract/run'
import { silence, type Heard } from './life'
import type { Piece } from './line'
import { styled } from './marks'
import { runningFor, type Standing } from './standing'
import { duration, elapsed } from '../../contract/time'
import { tokenText } from './tokens'

export interface RowToTell extends Heard {
  row: SubtaskRow
  /** Absent for what has ended. */
  standing?: Standing
  /** What Temporal knows of it, where it was handed out. */
  execution?: PendingExecution
}

export function rowFacts({ row, standing, execution, now, heardAt }: RowToTell): Piece[] {
  if (!standing) return endedFacts(row)
  if (standing.kind !== 'running') return [[standing.kind === 'retrying' ? 'yellow' : 'dim', standing.text]]
  const silent = execution && silence(execution, heardAt)
  const facts: Piece[] = [
    runningFor(row, now),
    tokenText(execution?.tokensUsed),
    silent === undefined ? '' : ['yellow', `no sign of life for ${elapsed(silent)}`],
    standing.text === '' ? '' : ['dim', standing.text],
  ]
  return facts.filter(Boolean).flatMap((fact, place) => (place === 0 ? [fact] : [' · ', fact]))
}

function endedFacts(row: SubtaskRow): Piece[] {
  const { state, error, durationMs, tokensUsed, unconfirmedCalls, attempt = 1 } = row
  const facts = joined([
    durationMs === undefined ? '' : duration(durationMs),
    tokenText(tokensUsed, unconfirmedCalls),
    attempt > 1 ? `attempt ${attempt}` : '',
  ])
  if (state === 'succeeded') return [facts]
  const gap = facts === '' ? '' : '  '
  if (state !== 'failed' || !error) return [facts, gap, styled(state, state)]
  return [facts, gap, ['red', error.code], ` ${error.message}`, error.hint ? ['dim', ` (${error.hint})`] : undefined]
}

function joined(facts: readonly string[]): string {
  return facts.filter(Boolean).join(' · ')
}
