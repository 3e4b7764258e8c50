// WORKFLOW. What the Temporal UI shows of a run: its subtasks as a Markdown table.
import type { RunState } from '../src/contract/run/run-state'
import type { Cost } from '../src/contract/prices'
import type { SubtaskRow } from '../src/contract/run'
import { usdText } from '../src/contract/run/budget-texts'
import { tokenNumber, totalsOf } from '../src/contract/run/spending'
import { utf8Bytes } from '../src/contract/json'
import { setCurrentDetails } from '@temporalio/workflow'

/** Temporal takes 20 KB of details. */
const DETAILS_BYTES = 16 * 1024
/** Rows of a table that a person still reads. */
const DETAILS_ROWS = 100

/** What is going on comes first, then what went wrong, then the rest in the plan's order. */
const ORDER: Record<SubtaskRow['state'], number> = {
  asking: 0,
  held: 0,
  running: 0,
  joining: 0,
  failed: 1,
  ready: 2,
  waiting: 3,
  cancelled: 4,
  skipped: 4,
  succeeded: 5,
}

/** A table of so few rows is written at each step; larger ones now and then. */
const SMALL_RUN = 100
const EVERY_MS = 1_000

/** Keeps what the UI shows of a run up to date. */
export class Details {
  private writtenAt = 0

  constructor(private readonly state: RunState) {}

  /** `last`: whatever was written just now. */
  update(last = false): void {
    const now = Date.now()
    if (!last && this.state.rows.length > SMALL_RUN && now - this.writtenAt < EVERY_MS) return
    this.writtenAt = now
    setCurrentDetails(describeRun(this.state))
  }
}

function describeRun(state: RunState): string {
  const counts = Object.entries(state.states).filter(([, count]) => count > 0)
  const { tokensUsed, cost } = totalsOf(state.rows)
  const pieces = counts.map(([name, count]) => `${count} ${name}`)
  const heading = [...pieces, ...(tokensUsed > 0 ? [`${tokenNumber(tokensUsed)} tokens`] : []), ...costs(cost)].join(
    ' · ',
  )
  const lines = [heading, '', '| subtask | agent | state | tokens | cost | |', '|---|---|---|---:|---:|---|']
  const shown = mostRelevant(state.rows)
  let bytes = utf8Bytes(lines.join('\n'))
  for (const row of shown) {
    const tokens = row.tokensUsed ? tokenNumber(row.tokensUsed) : ''
    const [price = ''] = costs(row.cost)
    const line = `| ${cell(row.id)} | ${cell(row.agent)} | ${row.state} | ${tokens} | ${price} | ${cell(row.error?.message ?? '')} |`
    bytes += utf8Bytes(line) + 1
    if (bytes > DETAILS_BYTES) break
    lines.push(line)
  }
  if (state.rows.length > shown.length) lines.push('', `… ${state.rows.length} subtasks in all`)
  return lines.join('\n')
}

function costs(cost: Cost | undefined): string[] {
  if (cost === undefined) return []
  return [cost === 'unknown' ? 'cost unknown' : usdText(cost)]
}

function mostRelevant(rows: readonly SubtaskRow[]): SubtaskRow[] {
  const chosen: SubtaskRow[] = []
  for (let order = 0; order <= 5; order++) {
    for (const row of rows) {
      if (ORDER[row.state] !== order) continue
      if (chosen.length === DETAILS_ROWS) return chosen
      chosen.push(row)
    }
  }
  return chosen
}

function cell(text: string): string {
  return Array.from(text.replace(/[|\\`*_<>[\]]/g, '\\$&').replace(/\s+/g, ' '))
    .slice(0, 200)
    .join('')
}
