// HOST, pure. All of a run as it stands, for `troupe status`: every subtask, spawned ones below their spawners.
import type { PendingExecution, RunStatusReport, WaitingReason } from '../../client/status'
import type { SubtaskRow } from '../../contract/run'
import { runningDetails } from '../../contract/run/waiting-executions'
import { clean, cleanLines } from './clean'
import { titlePieces } from './header'
import { painter, type Piece } from './line'
import { countPieces, mark, styled } from './marks'
import { duration } from '../../contract/time'
import { budgetText } from '../../contract/run/budget-texts'
import { spentBy } from '../../contract/run/spending'
import { spentLines, usageText } from './tokens'
import { lineTogether, type Entry } from './together'
import { inTreeOrder } from './tree'
import { alternativeLines, commandPieces, givenBy, reasonsOf, runLines, runningFor } from './waiting'
import { warnings } from './warnings'
import { displayWidth, pad } from './width'

/** Columns to which ids are padded at most: one very long id must not push every other line away. */
const ID_COLUMNS = 48

export function renderStatus(view: RunStatusReport, { color, now }: { color: boolean; now: number }): string[] {
  const paint = painter(color)
  const reasons = reasonsOf(view)
  const told = new Set<string>()
  const pending = new Map(view.pending.map((execution) => [execution.subtask, execution]))
  const each = inTreeOrder(view.subtasks).map(({ depth, ...one }) => ({ ...one, count: 1, indent: indentOf(depth) }))
  const rows = lineTogether(each, reasons).map((entry) => ({ ...entry, name: nameOf(entry) }))
  const idColumns = columnsOf(rows.map(({ name, indent }) => indent + name))
  const agentColumns = columnsOf(rows.map(({ row }) => row.agent))
  const lines: Piece[][] = [
    titlePieces(view, { now }),
    [['dim', `  team ${view.team || '?'} · started ${view.startedAt}`], endedPiece(view), kindPiece(view)],
    ['  ', ...countPieces(view.counts)],
    ...spentLines(spentBy(view.subtasks)),
    ...budgetLines(view),
    ...warnings(view, now).map((pieces): Piece[] => ['  ', ...pieces]),
    ...runLines(view).map((pieces): Piece[] => ['  ', ...pieces]),
    ...failureLines(view),
    ...rows.flatMap(({ row, indent, name, count }): Piece[][] => [
      [
        `${indent}`,
        mark(row.state),
        ` ${pad(clean(name), idColumns - indent.length)}  `,
        ['dim', pad(clean(row.agent), agentColumns)],
        '  ',
        styled(row.state, row.state),
        ['dim', facts(row, pending.get(row.id), now)],
        ...reason(row, reasons.get(row.id), pending.get(row.id)),
        count === 1 ? undefined : ['dim', `; first ${row.id}`],
      ],
      ...hint(row, indent),
      ...remedy(reasons.get(row.id), indent, told),
    ]),
  ]
  // What has nothing to say is no line
  return lines.map((pieces) => paint(pieces).trimEnd()).filter((line) => line !== '')
}

function indentOf(depth: number): string {
  return '  '.repeat(depth + 1)
}

function nameOf({ row, count }: Entry): string {
  return count === 1 ? row.id : `${count} subtasks`
}

function columnsOf(texts: readonly string[]): number {
  return Math.min(ID_COLUMNS, Math.max(0, ...texts.map((text) => displayWidth(clean(text)))))
}

/** What it is besides: open, changed, a repetition. */
function kindPiece({ open, planVersion, retryOf, retriedBy = [], continuing }: RunStatusReport): Piece {
  const facts = [
    open ? 'open for events' : '',
    planVersion > 0 ? `plan version ${planVersion}` : '',
    retryOf === undefined ? '' : `repeats ${retryOf}`,
    retriedBy.length === 0 ? '' : `repeated by ${retriedBy.join(', ')}`,
    continuing ? 'continues as new' : '',
  ]
  return ['dim', facts.map((fact) => fact && ` · ${fact}`).join('')]
}

/** What it may use, where somebody has said so. */
function budgetLines({ budget }: RunStatusReport): Piece[][] {
  if (!budget) return []
  const { run, assumed, agents = {}, onBudget } = budget
  const each = [
    ...(assumed ? [] : [`the run ${budgetText(run)}`]),
    ...Object.entries(agents).map(([name, one]) => `${name} ${budgetText(one)}`),
  ]
  if (each.length === 0) return []
  return [[['dim', `  budget: ${each.join(' · ')}${onBudget ? '; used up, it is held' : ''}`]]]
}

function endedPiece({ endedAt }: RunStatusReport): Piece {
  return endedAt === undefined ? undefined : ['dim', ` · ended ${endedAt}`]
}

/** Why the run itself failed: a refused plan has a line for each of its problems. */
function failureLines({ failure }: RunStatusReport): Piece[][] {
  return failure === undefined ? [] : cleanLines(failure.message).map((line): Piece[] => ['  ', ['red', line]])
}

function facts(row: SubtaskRow, execution: PendingExecution | undefined, now: number): string {
  const took =
    row.state === 'running' ? runningFor(row, now) : row.durationMs === undefined ? '' : duration(row.durationMs)
  const attempts = (row.attempt ?? 1) > 1 ? `${row.attempt} attempts` : ''
  return [took, usageText(row.tokensUsed === undefined ? { ...execution, ...row } : row), attempts]
    .filter(Boolean)
    .map((fact) => `  ${fact}`)
    .join('')
}

function reason(
  { error, reused, replacedBy }: SubtaskRow,
  waiting: WaitingReason | undefined,
  execution: PendingExecution | undefined,
): Piece[] {
  if (waiting?.kind === 'running') return runningDetails(execution).flatMap((detail) => ['  ', detail])
  if (waiting) return ['  ', waiting.sentence]
  if (replacedBy !== undefined) return ['  ', givenBy(replacedBy)]
  if (reused) return [['dim', '  taken over']]
  return error ? ['  ', ['red', error.code], `: ${error.message}`] : []
}

/** Each command once, beside what it unblocks itself. */
function remedy(reason: WaitingReason | undefined, indent: string, told: Set<string>): Piece[][] {
  if (reason?.command === undefined || reason.blocker !== undefined || told.has(reason.command)) return []
  told.add(reason.command)
  return [[`${indent} `, ...commandPieces(reason)], ...alternativeLines(reason, `${indent}    `)]
}

function hint({ error }: SubtaskRow, indent: string): Piece[][] {
  return error?.hint === undefined ? [] : [[`${indent}  `, ['dim', error.hint]]]
}
