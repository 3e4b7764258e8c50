// A run's status, its outcome, its events, and the list of runs, as lines for people.
import type { EffectName } from '../../src/contract/effects'
import { renderEvent } from '../../src/cli/render/event'
import { renderList } from '../../src/cli/render/list'
import { renderOutcome } from '../../src/cli/render/outcome'
import { renderRetry } from '../../src/cli/render/retry'
import { renderStatus } from '../../src/cli/render/status'
import type { RunOutcome } from '../../src/client/outcome'
import type { AgentEvent } from '../../src/contract/event'
import type { AgentResult } from '../../src/contract/run'
import { clock } from '../../src/contract/time'
import { EVIL, expectHarmless, NOW, report, row } from './support'

const plain = { color: false, now: NOW }

function result(taskId: string, more: Partial<AgentResult> = {}): AgentResult {
  return { taskId, status: 'succeeded', success: true, output: null, tokensUsed: 0, durationMs: 5, ...more }
}

function outcome(results: AgentResult[], more: Partial<RunOutcome> = {}): RunOutcome {
  const counts = { succeeded: 0, failed: 0, skipped: 0, cancelled: 0 }
  for (const { status } of results) counts[status]++
  return {
    runId: 'docs-ab12',
    status: counts.failed > 0 ? 'failed' : 'succeeded',
    counts,
    results: Object.fromEntries(results.map((one) => [one.taskId, one])),
    durationMs: 12_300,
    tokensUsed: 0,
    spentBy: {},
    ...more,
  }
}

function event(more: Partial<AgentEvent> = {}): AgentEvent {
  const timestamp = '2026-03-01T10:00:00.000Z'
  return { id: 'e', type: 'page.read', payload: { page: 4 }, timestamp, source: 'fetch', offset: 7, ...more }
}

test('status shows every subtask, spawned ones below their spawner, with what each waits for', () => {
  const view = report([
    row('split', 'joining'),
    row('join', 'waiting', { dependsOn: [0] }),
    row('split/a', 'succeeded', { agent: 'part', parent: 0, durationMs: 1_200, attempt: 2, replacedBy: 'ada' }),
    row('split/b', 'failed', {
      agent: 'part',
      parent: 0,
      error: { code: 'Timeout', message: 'too slow', hint: 'raise timeoutMs', retryable: true },
    }),
  ])
  expect(renderStatus(view, plain)).toEqual([
    '● docs docs-ab12 running 10 s',
    '  team writers · started 2026-03-01T10:00:00.000Z',
    '  1 succeeded · 1 failed · 1 joining · 1 waiting',
    '  ◐ split      split  joining  waits for what it spawned: 2 of 2 done',
    '    ✓ split/a  part   succeeded  1.2 s  2 attempts  given by ada',
    '    ✗ split/b  part   failed  Timeout: too slow',
    '      raise timeoutMs',
    '  ○ join       join   waiting  waits for split (joining)',
  ])
})

test('what a map holds back is one line, with what the status of one says', () => {
  const element = (place: number, more: object) => row(`each/${place}`, 'ready', { agent: 'part', parent: 0, ...more })
  const line = Array.from({ length: 98 }, (_, place) => element(place + 2, { heldBack: 'map' }))
  const rows = [row('each', 'joining'), element(0, { state: 'asking' }), element(1, { position: 1 }), ...line]
  const sentence =
    'its map has as many under way as its maxInFlight allows; each/0: a person is asked: it is not known what'
  expect(renderStatus(report(rows), plain).slice(-2)).toEqual([
    '    ○ each/1       part  ready  waits for a slot of part, place 1 in line',
    `    ○ 98 subtasks  part  ready  ${sentence}; first each/2`,
  ])
  const paused = report(rows, { paused: { by: 'ada', at: '2026-03-01T10:00:05.000Z' } })
  expect(renderStatus(paused, plain).filter((one) => one.includes('98 subtasks'))).toHaveLength(1)
  expect(renderStatus(report(rows.slice(0, 4)), plain).at(-1)).toBe(`    ○ each/2  part  ready  ${sentence}`)
})

test('status and outcome tell tokens, and calls of which nobody knows whether they were billed', () => {
  const rows = [row('a', 'succeeded', { tokensUsed: 1_200, unconfirmedCalls: 2 }), row('b', 'running')]
  const pending = [{ subtask: 'b', agent: 'b', state: 'started' as const, attempt: 1, tokensUsed: 950 }]
  const view = report(rows, { pending, tokensUsed: 2_150, unconfirmedCalls: 2 })
  expect(renderStatus(view, plain)).toEqual([
    '● docs docs-ab12 running 10 s · 2.1k tokens, 2 calls unconfirmed',
    '  team writers · started 2026-03-01T10:00:00.000Z',
    '  1 succeeded · 1 running',
    '  ✓ a  a  succeeded  1.2k tokens, 2 calls unconfirmed',
    '  ● b  b  running  950 tokens',
  ])
  const lines = renderOutcome(outcome([result('a')], { tokensUsed: 1_000_000, unconfirmedCalls: 1 }), { color: false })
  expect(lines[0]).toBe('✓ docs-ab12 succeeded in 12.3 s · 1.0M tokens, 1 call unconfirmed')
})

test('status shows notes, and each line of what a plan was refused for', () => {
  const failure = new Error('the plan "docs" has 2 problems:\n  subtasks[0].id: empty\n  subtasks[1]: \u001bbad')
  const lines = renderStatus(report([], { status: 'failed', failure, notes: ['no worker answers'] }), plain)
  expect(lines.slice(2)).toEqual([
    '  ! no worker answers',
    '  the plan "docs" has 2 problems:',
    '    subtasks[0].id: empty',
    '    subtasks[1]: \\x1bbad',
  ])
})

test('an outcome shows counts, failures with code, message and hint, outputs short, the duration and the link', () => {
  const error = { code: 'CommandFailed' as const, message: 'exit code 2\nstderr: no', hint: 'fix it', retryable: true }
  const lines = renderOutcome(
    outcome([
      result('lint', { status: 'failed', success: false, error, attempt: 3 }),
      result('after', { status: 'skipped', success: false }),
      result('outline', { output: { points: ['a', 'b'] } }),
      result('long', { output: 'x'.repeat(10_000) }),
      result('stored', { output: { artifact: 'ff', bytes: 70_000, preview: '{"a":1' }, outputStored: true }),
      result('outline/part', { output: 'a step on the way' }),
      result('nothing'),
      result('given', { output: { ok: true }, replacedBy: 'ada' }),
    ]),
    { color: false, uiLink: 'http://127.0.0.1:8233/x' },
  )
  expect(lines).toEqual([
    '✗ docs-ab12 failed in 12.3 s',
    '  6 succeeded · 1 failed · 1 skipped',
    '  ✗ lint CommandFailed: exit code 2 (3 attempts)',
    '      stderr: no',
    '      fix it',
    '  – skipped: after',
    '  ✓ outline  {"points":["a","b"]}',
    `  ✓ long     ${'x'.repeat(159)}…`,
    '  ✓ stored   {"a":1 (70000 bytes)',
    '  ✓ given    given by ada: {"ok":true}',
    '  Temporal UI: http://127.0.0.1:8233/x',
  ])
})

test('an outcome with very many failures names the first ones and counts the others', () => {
  const failed = Array.from({ length: 500 }, (_, place) => result(`s${place}`, { status: 'failed', success: false }))
  const lines = renderOutcome(outcome(failed), { color: false })
  expect(lines.length).toBeLessThan(30)
  expect(lines).toContain('    … 480 more failed')
})

test('a retry names what its plan does not have any more, and the effects that are done again and those that are not', () => {
  const again = [{ id: 'a', agent: 'a', because: 'it is new', attempts: 0, effects: [] }]
  const lines = (dropped: string[], done: EffectName[] = [], notDone: EffectName[] = []) =>
    renderRetry({ runId: 'r', inPlace: false, again, done, notDone, reused: ['b'], dropped }, { color: false })
  expect(lines([])).toEqual([
    'r, in a new run: 1 subtask runs again, 0 of them executed before; 1 result is taken over',
    '  a  it is new',
  ])
  expect(lines(['c'])[2]).toBe('  not in the plan any more, and not taken over: c')
  expect(lines([], [{ name: 'pay', key: 'order 7' }])[2]).toBe(
    '  done before, and not done again: "pay" (key "order 7")',
  )
  expect(lines([], [], [{ name: 'pay', key: 'order 8' }])[2]).toBe(
    '  done again, since you say that it was not done: "pay" (key "order 8")',
  )
  const many = Array.from({ length: 12 }, (_, place) => `s${place}`)
  expect(lines(many)[2]).toMatch(/: s0, s1, .* s9 and 2 more$/)
  expectHarmless(lines([EVIL]))
})

test('a run that was refused says why', () => {
  const error = { code: 'InvalidPlan' as const, message: 'a problem:\n  subtasks: 0 subtasks', problems: [] }
  const lines = renderOutcome(outcome([], { status: 'failed', error }), { color: false })
  expect(lines).toEqual(['✗ docs-ab12 failed in 12.3 s', '  a problem:', '    subtasks: 0 subtasks'])
})

test('an event is one line with its offset, time, type, source and payload', () => {
  expect(renderEvent(event(), { color: false })).toBe(
    '    7  2026-03-01T10:00:00.000Z  page.read          fetch  {"page":4}',
  )
  expect(renderEvent(event({ payload: null, correlationId: 'c1' }), { color: false })).toMatch(/fetch \[c1\]$/)
})

test("the orchestrator's own events are told in words", () => {
  const own = (type: string, payload: AgentEvent['payload']) =>
    renderEvent(event({ type, payload, source: 'orchestrator' }), { color: false }).slice(33)
  expect(own('subtask.completed', { subtask: 's', agent: 'a', attempt: 2, durationMs: 1_500, tokensUsed: 70 })).toBe(
    'subtask.completed  s  a  1.5 s  attempt 2  70 tokens',
  )
  expect(own('subtask.failed', { subtask: 's', agent: 's', error: { code: 'Timeout', message: 'too slow' } })).toBe(
    'subtask.failed     s  Timeout: too slow',
  )
  expect(own('run.started', {})).toBe('run.started')
})

test('runs are listed with status, plan, team, start and duration', () => {
  const startedAt = '2026-03-01T09:55:10.000Z'
  const lines = renderList(
    [
      { id: 'docs-ab12', status: 'running', plan: 'docs', team: 'writers', startedAt },
      { id: 'x', status: 'failed', startedAt, endedAt: '2026-03-01T09:55:12.500Z' },
    ],
    plain,
  )
  expect(lines).toEqual([
    '  run        status   plan  team     started        took',
    '● docs-ab12  running  docs  writers  5 min 0 s ago',
    '✗ x          failed                  5 min 0 s ago  2.5 s',
  ])
  expect(renderList([], plain)).toEqual(['no runs yet: troupe run PLAN starts one'])
})

test.each([true, false])('nothing that an agent says acts on the terminal (colours: %s)', (color) => {
  const error = { code: 'AgentFailed' as const, message: EVIL, hint: EVIL, retryable: false }
  const rows = [row(EVIL, 'failed', { agent: EVIL, error }), row('b', 'waiting', { dependsOn: [0] })]
  const view = report(rows, { plan: EVIL, runId: EVIL, team: EVIL, notes: [EVIL], failure: new Error(EVIL) })
  expectHarmless(renderStatus(view, { color, now: NOW }))
  const failed = result(EVIL, { status: 'failed', success: false, error })
  const done = [result('a', { output: EVIL, replacedBy: EVIL }), result('b', { output: { [EVIL]: EVIL } })]
  expectHarmless(renderOutcome(outcome([failed, ...done], { runId: EVIL }), { color, uiLink: EVIL }))
  expectHarmless([
    renderEvent(event({ type: EVIL, source: EVIL, correlationId: EVIL, payload: { [EVIL]: EVIL } }), { color }),
  ])
  expectHarmless([renderEvent(event({ source: 'orchestrator', payload: { subtask: EVIL, error } }), { color })])
  expectHarmless(
    renderList([{ id: EVIL, status: 'running', plan: EVIL, team: EVIL, startedAt: EVIL }], { color, now: NOW }),
  )
})

test('status names what people are to do, each command once, and what a run is besides', () => {
  const held = { code: 'AgentFailed' as const, message: 'broken', retryable: true }
  const view = report(
    [
      row('ask', 'asking', { agent: 'human', request: { prompt: 'Ship it?' } }),
      row('pick', 'asking', { agent: 'human', request: { prompt: 'Which?', choices: ["it's red", 'blue'] } }),
      row('lint', 'held', { error: held }),
      row('one', 'ready', { agent: 'part', position: 1 }),
      row('two', 'ready', { agent: 'part', position: 2 }),
      row('last', 'waiting', { dependsOn: [0, 2] }),
    ],
    {
      agents: [{ name: 'part', taskQueue: 'agent.writers.part', window: 4, inFlight: 4, ready: 2 }],
      open: true,
      planVersion: 3,
      retryOf: 'docs-old1',
    },
  )
  expect(renderStatus(view, plain).slice(1)).toEqual([
    '  team writers · started 2026-03-01T10:00:00.000Z · open for events · plan version 3 · repeats docs-old1',
    '  2 asking · 1 held · 2 ready · 1 waiting',
    '  ? ask   human  asking  a person is asked: Ship it?',
    '    → troupe approve docs-ab12 ask',
    "  ? pick  human  asking  a person is asked: Which? (it's red | blue)",
    `    → troupe answer docs-ab12 pick '"it'\\''s red"'`,
    '  ‖ lint  lint   held  it failed (AgentFailed: broken) and is held until a person retries, replaces or skips it',
    '    → troupe retry docs-ab12 --from lint',
    '      or troupe replace docs-ab12 lint JSON, or troupe skip docs-ab12 lint',
    '  ○ one   part   ready  waits for a slot of part: 4 of 4 in use, place 1 of 2 in line',
    '    → troupe attach docs-ab12 --team FILE',
    '  ○ two   part   ready  waits for a slot of part: 4 of 4 in use, place 2 of 2 in line',
    '  ○ last  last   waiting  waits for ask (asking), lint (held); ask: a person is asked: Ship it?',
  ])
})

test('status tells pauses, an open run without work, and the runs that repeat a closed one', () => {
  const paused = { by: 'ada', at: '2026-03-01T10:00:05.000Z', reason: 'lunch' }
  const held = renderStatus(
    report([row('a', 'ready')], { paused, pausedAgents: { draft: { by: 'bo', at: paused.at } } }),
    plain,
  )
  const at = clock(paused.at)
  expect(held).toContain(`  ! paused since ${at} by ada (lunch) → troupe resume docs-ab12`)
  expect(held).toContain(`  ! the agent draft is paused since ${at} by bo → troupe resume --agent draft --team writers`)
  expect(held.at(-2)).toBe(`  ○ a  a  ready  the run is paused since ${at} by ada (lunch)`)
  const idle = renderStatus(report([row('a', 'succeeded')], { open: true }), plain)
  expect(idle).toContain(
    '  nothing is to be done: the run stays open for events until it is closed → troupe close docs-ab12',
  )
  const closed = report([], { status: 'failed', endedAt: paused.at, retriedBy: ['docs-r2'], source: 'document' })
  expect(renderStatus(closed, plain)[1]).toContain('· repeated by docs-r2')
})
