// What a person watches: everything that matters, in at most so many lines of at most so many columns.
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { clock } from '../../src/contract/time'
import { displayWidth } from '../../src/cli/render/width'
import type { PendingExecution } from '../../src/client/status'
import type { AgentEvent } from '../../src/contract/event'
import { EVIL, expectHarmless, live, NOW, report, row, STARTED } from './support'

/** The line that has the text; fails if there is none, or more than one. */
function lineWith(lines: string[], text: string): string {
  const found = lines.filter((line) => line.includes(text))
  expect(found).toHaveLength(1)
  return found[0]!
}

test('the header names plan, run, status and elapsed time, and counts with a bar', () => {
  const [title, counts] = live(
    report([row('a', 'succeeded'), row('b', 'failed'), row('c', 'running'), row('d', 'waiting')]),
  )
  expect(title).toBe('⠋ docs docs-ab12 running 10 s')
  const bar = `${'█'.repeat(15)}${'░'.repeat(15)}`
  expect(counts).toBe(`${bar} 2/4  1 succeeded · 1 failed · 1 running · 1 waiting`)
})

test('a single failure among very many subtasks shows in the bar', () => {
  const view = report([row('bad', 'failed')], { counts: { ...report([]).counts, succeeded: 999, failed: 1 } })
  const [, counts] = live(view, { color: true })
  expect(counts).toContain('\u001b[31m█\u001b[39m')
  expect(stripVTControlCharacters(counts!)).toContain(' 1000/1000 ')
})

function started(subtask: string, more: Partial<PendingExecution> = {}): PendingExecution {
  return { subtask, agent: subtask, state: 'started', attempt: 1, worker: '1@host/a', ...more }
}

test('a running subtask shows agent, elapsed time, tokens, attempt and progress, and something turns', () => {
  const view = report([row('one', 'running', { agent: 'outline', startedAt: '2026-03-01T10:00:07.500Z' })], {
    pending: [started('one', { attempt: 2, progress: { done: 3, total: 10 }, tokensUsed: 12_345 })],
  })
  expect(live(view)[2]).toBe('  ⠋ one  outline  2 s · 12.3k tokens · attempt 2 · 3/10')
  expect(live(view, { frame: 1 })[2]).toMatch(/^ {2}⠙ one/)
  const told = { ...view, pending: [{ ...view.pending[0]!, state: 'cancelling' as const, progress: 'page 4' }] }
  expect(live(told)[2]).toContain('attempt 2 · told to end · page 4')
})

test('the tree grows with what is spawned; inside a spawn short ids say enough', () => {
  const view = report(
    [
      row('spec', 'succeeded', { agent: 'spec-agent', durationMs: 3_200, tokensUsed: 950, attempt: 2 }),
      row('build', 'joining', { agent: 'rounds' }),
      row('gate', 'waiting', { dependsOn: [1] }),
      row('build/code-a', 'running', { agent: 'coder-agent', parent: 1, startedAt: STARTED }),
      row('build/check', 'waiting', { agent: 'check', parent: 1, dependsOn: [3] }),
      row('build/check/deep', 'skipped', { agent: 'check', parent: 4 }),
    ],
    { pending: [started('build/code-a')], tokensUsed: 1_950, unconfirmedCalls: 1 },
  )
  const [title, , ...tree] = live(view)
  expect(title).toBe('⠋ docs docs-ab12 running 10 s · 1.9k tokens, 1 call unconfirmed')
  expect(tree).toEqual([
    '  ✓ spec      spec-agent   3.2 s · 950 tokens · attempt 2',
    '  ◐ build     rounds       waits for what it spawned: 0 of 2 done',
    '    ⠋ code-a  coder-agent  10 s',
    '    ○ check   check        waits for code-a (running)',
    '      – deep  check        skipped',
    '  ○ gate      gate         waits for build (joining)',
  ])
})

test('nothing turns where nothing is known to live', () => {
  const turns = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/
  const view = report([row('one', 'running')], { pending: [started('one')] })
  expect(
    live(view)
      .slice(0, 3)
      .filter((line) => turns.test(line)),
  ).toHaveLength(2)
  const still = (lines: string[]): void => expect(lines.join('\n')).not.toMatch(turns)

  still(live({ ...view, pending: [] }, { heardAt: NOW - 60_000 }))
  still(live(view, { heardAt: NOW - 60_000 }))
  const away = live(view, { heardAt: NOW - 3_000, trouble: 'the server is away' })
  still(away)
  expect(away[2]).toBe('! not heard of for 3 s: the server is away')

  const silent = live({ ...view, pending: [started('one', { heartbeatAt: '2026-03-01T10:00:01.000Z' })] })
  still(silent)
  expect(lineWith(silent, 'no sign of life')).toBe('  ● one  one  no sign of life for 9 s')
  const scheduled = [started('one', { state: 'scheduled' })]
  const unserved = [{ agent: 'one', taskQueue: 'agent.docs.one', subtasks: ['one'] }]
  still(live({ ...view, pending: scheduled, unserved }))
  still(live({ ...view, blocked: [{ worker: '1@host/a', since: STARTED, executions: [] }] }))
  still(live({ ...view, source: 'history' }))
})

test('a run between two subtasks goes on as long as a worker answers for it', () => {
  const view = report([row('one', 'succeeded'), row('two', 'ready')])
  expect(live(view)[0]).toMatch(/^⠋ /)
})

test('the last events stand below, and give way to the tree', () => {
  const events = Array.from({ length: 9 }, (_, offset): AgentEvent => {
    const payload = { subtask: `s${offset}`, durationMs: 1_500, tokensUsed: 70 }
    return { id: `${offset}`, type: 'subtask.completed', payload, timestamp: STARTED, source: 'orchestrator', offset }
  })
  const rows = Array.from({ length: 30 }, (_, place) => row(`part-${place}`, 'running'))
  const roomy = live(report([row('a', 'running')]), { events })
  expect(roomy.slice(3)).toEqual([
    '',
    ...[4, 5, 6, 7, 8].map((n) => `  ${clock(STARTED)}  subtask.completed  s${n}  1.5 s  70 tokens`),
  ])
  const tight = live(report(rows), { events, height: 14 })
  expect(tight).toHaveLength(14)
  expect(tight.filter((line) => line.includes('subtask.completed'))).toHaveLength(3)
  expect(tight[13]).toContain('s8')
})

test('each kind of waiting says what it waits for', () => {
  const nextAttemptAt = '2026-03-01T10:00:18.000Z'
  const view = report(
    [
      row('lost', 'running', { agent: 'outline' }),
      row('again', 'running', { agent: 'flaky' }),
      row('queued', 'running', { agent: 'echo' }),
      row('spawner', 'joining', { agent: 'split' }),
      row('spawner/1', 'succeeded', { parent: 3 }),
      row('spawner/2', 'ready', { parent: 3, agent: 'draft' }),
      row('last', 'waiting', { dependsOn: [0, 1, 2, 3, 4] }),
    ],
    {
      agents: [{ name: 'draft', taskQueue: 'agent.docs.draft', window: 4, inFlight: 4, ready: 7 }],
      unserved: [{ agent: 'outline', taskQueue: 'agent.docs.outline', subtasks: ['lost'] }],
      pending: [
        { subtask: 'lost', agent: 'outline', state: 'scheduled', attempt: 1 },
        { subtask: 'again', agent: 'flaky', state: 'scheduled', attempt: 2, nextAttemptAt, lastFailure: 'no route' },
        { subtask: 'queued', agent: 'echo', state: 'scheduled', attempt: 1 },
      ],
    },
  )
  const lines = live(view)
  expect(lineWith(lines, '! waiting')).toBe('! waiting: no worker serves agent.docs.outline (1 subtask: lost)')
  expect(lineWith(lines, '● lost')).toContain('  no worker serves agent.docs.outline')
  expect(lineWith(lines, 'no route')).toContain(
    `again    flaky      attempt 2 at ${clock(nextAttemptAt)}, in 8 s: no route`,
  )
  expect(lineWith(lines, 'free worker')).toContain('queued')
  expect(lineWith(lines, 'spawned')).toContain('waits for what it spawned: 1 of 2 done')
  expect(lineWith(lines, 'slot')).toContain('waits for a slot of draft: 4 of 4 in use, 7 wait')
  expect(lineWith(lines, 'waits for lost')).toContain(
    'waits for lost (running), again (running), queued (running) and 1 more; lost: no worker serves',
  )
})

test('what people are to do stands on top, with the command', () => {
  const requests = Array.from({ length: 8 }, (_, place) =>
    row(`ask-${place}`, 'asking', { agent: 'human', request: { prompt: 'Ship it?' } }),
  )
  const lines = live(report(requests))
  expect(lines.slice(2, 4)).toEqual(['? ask-0: a person is asked: Ship it?', '  → troupe approve docs-ab12 ask-0'])
  expect(lines[12]).toBe('? and 3 more → troupe status docs-ab12')
  expect(live(report([row('lint', 'held')])).slice(2, 5)).toEqual([
    '? lint: it failed and is held until a person retries, replaces or skips it',
    '  → troupe retry docs-ab12 --from lint',
    '    or troupe replace docs-ab12 lint JSON, or troupe skip docs-ab12 lint',
  ])
  expect(live(report([], { open: true }))[2]).toMatch(/^nothing is to be done: .* → troupe close docs-ab12$/)
})

test('a blocked worker is named once, with the agent, since when, and the remedy', () => {
  const blocked = {
    worker: '123@host/1f2e3d4c',
    since: '2026-03-01T09:59:58.000Z',
    executions: [{ agent: 'spin', subtask: 's1', attempt: 1 }],
  }
  const lines = live(report([row('s1', 'running', { agent: 'spin' })], { blocked: [blocked, { ...blocked }] }))
  expect(lineWith(lines, 'blocked')).toBe(
    `! worker 123@host blocked for 12 s by "spin" (subtask s1): give it isolation: 'process'`,
  )
  const two = { ...blocked, executions: [...blocked.executions, { agent: 'other', subtask: 's2', attempt: 1 }] }
  expect(lineWith(live(report([], { blocked: [two] })), 'blocked')).toContain(
    'by one of "spin" (subtask s1), "other" (subtask s2):',
  )
})

test('an output that somebody gave says who', () => {
  const given = live(report([row('lint', 'succeeded', { durationMs: 1_000, replacedBy: 'ada' })]))
  expect(given[2]).toBe('  ✓ lint  lint  1.0 s · given by ada')
})

test('a failure shows its code, message and hint', () => {
  const error = { code: 'CommandFailed' as const, message: 'exit code 2', hint: 'see its log', retryable: true }
  const lint = row('lint', 'failed', { error, tokensUsed: 40 })
  expect(live(report([lint]))[2]).toBe('  ✗ lint  lint  40 tokens  CommandFailed exit code 2 (see its log)')
})

test('notes of the client are shown', () => {
  expect(live(report([], { notes: ['no worker answers'] }))).toContain('! no worker answers')
})

test('a run that ended shows how, and no more turning', () => {
  const view = report([row('a', 'succeeded')], { status: 'succeeded', endedAt: '2026-03-01T10:00:02.300Z' })
  expect(live(view)[0]).toBe('✓ docs docs-ab12 succeeded 2.3 s')
})

test('whatever the names, it stays within its lines and columns and no control character comes through', () => {
  const text = fc.oneof(
    fc.constant(EVIL),
    fc.constant('日本語のとても長い名前です'),
    fc.constant('👩‍👧‍👦🇩🇪'),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ maxLength: 20 }),
  )
  const states = [
    'waiting',
    'ready',
    'running',
    'joining',
    'succeeded',
    'failed',
    'skipped',
    'cancelled',
    'asking',
    'held',
  ] as const
  const subtask = fc.record({ id: text, agent: text, state: fc.constantFrom(...states), message: text })
  fc.assert(
    fc.property(
      fc.array(subtask, { maxLength: 12 }),
      text,
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 1, max: 60 }),
      fc.boolean(),
      (drafts, said, height, width, color) => {
        const rows = drafts.map(({ id, agent, state, message }, place) =>
          row(id, state, {
            agent,
            dependsOn: place > 0 ? [place - 1] : [],
            startedAt: STARTED,
            request: { prompt: message, choices: [id] },
            error: { code: 'AgentFailed', message, hint: message, retryable: true },
          }),
        )
        const view = report(rows, {
          plan: said,
          notes: [said],
          pending: rows.map(({ id, agent }, place) => ({
            subtask: id,
            agent,
            state: place % 2 ? ('started' as const) : ('scheduled' as const),
            attempt: 3,
            lastFailure: said,
            progress: { [said]: said },
            tokensUsed: place,
          })),
          unserved: [{ agent: said, taskQueue: said, subtasks: [said] }],
          blocked: [{ worker: said, since: STARTED, executions: [{ agent: said, subtask: said, attempt: 1 }] }],
        })
        const lines = live(view, { height, width, color })
        expect(lines.length).toBeLessThanOrEqual(height)
        for (const line of lines) expect(displayWidth(stripVTControlCharacters(line))).toBeLessThanOrEqual(width)
        expectHarmless(lines)
      },
    ),
    { numRuns: 300 },
  )
})
