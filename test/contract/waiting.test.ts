// Why is it waiting? A reason for each subtask that has not ended, the first among what it waits for that needs a person, and
// commands that a shell reads as they are meant.
import { execFileSync } from 'node:child_process'
import { noSubtasks, type SubtaskRow, type SubtaskState } from '../../src/contract/run'
import { clock } from '../../src/contract/time'
import { whyWaiting, type WaitingFacts, type WaitingReason } from '../../src/contract/run/waiting'
import { serveCommand, troupeCommand } from '../../src/contract/run/waiting-commands'

const NOW = Date.parse('2026-03-01T10:00:10.000Z')
const PAUSED = { by: 'ada', at: '2026-03-01T10:00:00.000Z' }

function row(id: string, state: SubtaskState, more: Partial<SubtaskRow> = {}): SubtaskRow {
  return { id, agent: id, state, dependsOn: [], ...more }
}

function why(subtasks: SubtaskRow[], more: Partial<WaitingFacts> = {}): WaitingReason[] {
  const nothing = { agents: [], pending: [], unserved: [], blocked: [] }
  const run = { runId: 'docs-1', team: 'writers', status: 'running', source: 'worker' } as const
  return whyWaiting({ ...run, ...nothing, subtasks, ...more }, NOW)
}

/** The reason of one subtask. */
const of = (id: string, reasons: WaitingReason[]): WaitingReason => reasons.find(({ subtask }) => subtask === id)!

test('every subtask that has not ended has a reason, in whatever state, and those that have ended have none', () => {
  const states = Object.keys(noSubtasks()) as SubtaskState[]
  const rows = states.map((state) => row(state, state))
  for (const source of ['worker', 'history'] as const) {
    const reasons = why(rows, { source })
    expect(reasons.map(({ subtask }) => subtask)).toEqual(['waiting', 'ready', 'running', 'joining', 'asking', 'held'])
    for (const { sentence } of reasons) expect(sentence.length).toBeGreaterThan(3)
  }
  expect(why(rows, { source: 'document' })).toEqual([])
})

test('a dependency is named with its state, and the first that needs a person with what it needs', () => {
  const reasons = why([
    row('goes', 'running'),
    row('ask', 'asking', { request: { prompt: 'Ship it?' } }),
    row('held', 'held'),
    row('middle', 'waiting', { dependsOn: [0, 1] }),
    row('last', 'waiting', { dependsOn: [0, 3, 2] }),
    row('own', 'waiting', { dependsOn: [0] }),
  ])
  expect(of('last', reasons)).toEqual({
    subtask: 'last',
    kind: 'dependencies',
    sentence: 'waits for goes (running), middle (waiting), held (held); ask: a person is asked: Ship it?',
    command: 'troupe approve docs-1 ask',
    blocker: 'ask',
  })
  expect(of('own', reasons)).toEqual({ subtask: 'own', kind: 'dependencies', sentence: 'waits for goes (running)' })
})

test('the blocker is found behind what was spawned, and in chains of any length', () => {
  const spawned = why([
    row('s', 'joining'),
    row('after', 'waiting', { dependsOn: [0] }),
    row('s/a', 'succeeded', { parent: 0 }),
    row('s/b', 'held', { parent: 0 }),
    row('s/c', 'waiting', { parent: 0, dependsOn: [3] }),
  ])
  expect(of('s', spawned).sentence).toMatch(/^waits for what it spawned: 1 of 3 done; s\/b: it failed/)
  expect(of('s/c', spawned).sentence).toMatch(/^waits for b \(held\)/)
  expect(of('after', spawned)).toMatchObject({ blocker: 's/b', command: 'troupe retry docs-1 --from s/b' })
  expect(of('s/b', spawned)).toMatchObject({
    command: 'troupe retry docs-1 --from s/b',
    alternatives: ['troupe replace docs-1 s/b JSON', 'troupe skip docs-1 s/b'],
  })
  const chain = Array.from({ length: 50_000 }, (_, place) =>
    place === 0 ? row('0', 'asking') : row(String(place), 'waiting', { dependsOn: [place - 1] }),
  )
  expect(why(chain).at(-1)).toMatchObject({ subtask: '49999', blocker: '0' })
  // Layers that all depend on all: each edge is looked at once
  const layers = Array.from({ length: 2_000 }, (_, place) =>
    row(String(place), 'waiting', {
      dependsOn: place < 100 ? [] : Array.from({ length: 100 }, (_, i) => Math.floor(place / 100) * 100 - 100 + i),
    }),
  )
  expect(why(layers).at(-1)!.blocker).toBeUndefined()
})

test('a pause holds what would start next, and not what goes on', () => {
  const rows = [row('a', 'ready'), row('b', 'waiting'), row('c', 'running'), row('d', 'asking')]
  const run = why(rows, { paused: { ...PAUSED, reason: 'lunch' } })
  const sentence = `the run is paused since ${clock(PAUSED.at)} by ada (lunch)`
  expect(run.map(({ kind }) => kind)).toEqual(['paused', 'paused', 'running', 'asking'])
  expect(of('a', run)).toMatchObject({ sentence, command: 'troupe resume docs-1' })
  const agent = why(rows, { pausedAgents: { a: PAUSED } })
  expect(agent.map(({ kind }) => kind)).toEqual(['agent-paused', 'evaluating', 'running', 'asking'])
  expect(of('a', agent).command).toBe('troupe resume --agent a --team writers')
})

test('one that is ready waits for its turn: of its map, its agent, or the run, and is told its place', () => {
  const agents = [{ name: 'part', taskQueue: 'agent.writers.part', window: 4, inFlight: 4, ready: 9 }]
  const ready = (more: Partial<SubtaskRow> = {}) => [row('a', 'ready', { agent: 'part', ...more })]
  expect(why(ready({ position: 3 }), { agents })).toMatchObject([
    { kind: 'slot', sentence: 'waits for a slot of part: 4 of 4 in use, place 3 of 9 in line' },
  ])
  expect(why(ready({ heldBack: 'map' }), { agents })).toMatchObject([{ kind: 'map' }])
  expect(why(ready(), { agents, continuing: true })).toMatchObject([{ kind: 'continuing' }])
  const unserved = [{ agent: 'part', taskQueue: 'agent.writers.part', subtasks: ['other'] }]
  expect(why(ready(), { agents, unserved })).toMatchObject([
    { kind: 'unserved', command: 'troupe attach docs-1 --team FILE' },
  ])
  const full = [{ ...agents[0]!, window: 600, inFlight: 500 }]
  expect(why(ready({ position: 1 }), { agents: full })[0]!.sentence).toMatch(/^the run has 500 subtasks under way/)
})

test('what was handed out says what became of it', () => {
  const pending = (more: object) => [{ subtask: 'a', agent: 'a', state: 'scheduled' as const, attempt: 1, ...more }]
  const rows = [row('a', 'running')]
  const until = '2026-03-01T10:00:18.000Z'
  expect(why(rows, { pending: pending({}) })).toMatchObject([{ kind: 'queued' }])
  expect(why(rows, { pending: pending({ attempt: 2, lastFailure: 'no route', nextAttemptAt: until }) })).toEqual([
    { subtask: 'a', kind: 'retrying', sentence: `attempt 2 at ${clock(until)}, in 8 s: no route`, until },
  ])
  const taken = pending({ state: 'started', attempt: 2, worker: '1@host', progress: { done: 3, total: 10 } })
  expect(why(rows, { pending: taken })).toMatchObject([{ kind: 'running', sentence: 'runs, attempt 2, 3/10' }])
  const blocked = [{ worker: '1@host', since: PAUSED.at, executions: [{ agent: 'spin', subtask: 'a', attempt: 2 }] }]
  expect(why(rows, { pending: taken, blocked })).toMatchObject([
    {
      kind: 'blocked',
      sentence: expect.stringContaining('blocked by spin') as string,
      command: 'kill -KILL 1',
    },
  ])
})

test('a run itself waits for events, or for a worker', () => {
  expect(why([row('a', 'succeeded')], { open: true })).toEqual([
    expect.objectContaining({ kind: 'events', command: 'troupe close docs-1' }),
  ])
  expect(why([row('a', 'running')], { open: true })).toHaveLength(1)
  expect(why([], { status: 'preparing', source: 'history' })).toMatchObject([
    { kind: 'no-worker', command: 'troupe attach docs-1' },
  ])
})

test('commands mean in a shell what they say, whatever the ids', () => {
  const ids = ["it's", '-x', 'a b', '$(id)', '`id`', 'a;b', '"q"', '日本', '*', '~', 'a/b-1', '']
  for (const id of ids) {
    const command = troupeCommand('approve', ['run-1', id], ['--by', id])
    const shown = execFileSync('bash', ['-c', command.replace('troupe', 'printf "%s\\n" ')])
      .toString()
      .split('\n')
    expect(shown).toContain(id)
    expect(shown.includes('--')).toBe(id.startsWith('-'))
  }
  expect(serveCommand('r', 'agent.troupe.echo')).toBe('troupe attach r')
  expect(serveCommand('r', 'agent.docs.lint.0a1b')).toBe('troupe attach r --allow-commands')
  expect(serveCommand('r', 'agent.docs.lint')).toBe('troupe attach r --team FILE')
})
