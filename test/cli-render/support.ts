// A run's report to draw, as small as it can be; and how to read coloured lines.
import { stripVTControlCharacters } from 'node:util'
import { renderLive, type LiveOptions } from '../../src/cli/render/live'
import type { RunStatusReport } from '../../src/client/status'
import { noSubtasks, type SubtaskRow, type SubtaskState } from '../../src/contract/run'
import { whyWaiting } from '../../src/contract/run/waiting'

/** 10 s after the run started. */
export const NOW = Date.parse('2026-03-01T10:00:10.000Z')
export const STARTED = '2026-03-01T10:00:00.000Z'

/** What a hostile agent would name things: it clears the screen, sets the title, turns the text around, hides itself. */
export const EVIL = '\u001b[2J\u001b]0;owned\u0007\u009b31m\r\n\t\u202etxt\u200b\u0000\u007f\ud800'

export function row(id: string, state: SubtaskState, more: Partial<SubtaskRow> = {}): SubtaskRow {
  return { id, agent: id, state, dependsOn: [], ...more }
}

export function report(subtasks: SubtaskRow[], more: Partial<RunStatusReport> = {}): RunStatusReport {
  const counts = noSubtasks()
  for (const { state } of subtasks) counts[state]++
  const facts = {
    runId: 'docs-ab12',
    run: { workflowId: 'docs-ab12', firstRunId: 'first' },
    plan: 'docs',
    team: 'writers',
    status: 'running' as const,
    source: 'worker' as const,
    startedAt: STARTED,
    counts,
    planVersion: 0,
    tokensUsed: 0,
    subtasks,
    agents: [],
    notes: [],
    pending: [],
    unserved: [],
    blocked: [],
    ...more,
  }
  return { waiting: whyWaiting(facts, NOW), ...facts }
}

/** What a person watches. */
export function live(view: RunStatusReport, options: Partial<LiveOptions> = {}): string[] {
  const usual = { height: 40, width: 120, color: false, now: NOW, heardAt: NOW, frame: 0, events: [] }
  return renderLive(view, { ...usual, ...options })
}

/** Fails on anything that a terminal would act upon, our own colours aside. */
export function expectHarmless(lines: readonly string[]): void {
  for (const line of lines) {
    // eslint-disable-next-line no-control-regex -- the escape character is what is looked for
    const withoutColours = line.replace(/\u001b\[\d+m/g, '')
    expect(withoutColours).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/u)
    expect(stripVTControlCharacters(line)).toBe(withoutColours)
  }
}
