// The state machine of a run: random graphs that fail, refuse and spawn at random, in random orders of execution.
import fc from 'fast-check'
import { MAX_SPAWN_DEPTH, MAX_SUBTASKS } from '../../src/contract/limits'
import type { GraphNode } from '../../src/contract/messages'
import { isEnded, RunState, type NewEvent } from '../../src/contract/run/run-state'
import {
  AGENTS,
  dependenciesOf,
  errorOf,
  expectedOutcomes,
  fates,
  SimulatedRun,
  type Fate,
} from './support/simulated-run'

const picks = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 40 })

const fate = (over: Partial<Fate> = {}): Fate => ({
  earlier: [],
  candidates: [0],
  refusals: 0,
  ending: 'succeed',
  ...over,
})

/** Places of the events of some types that tell of a subtask. */
function placesOf(events: readonly NewEvent[], id: string, ...types: string[]): number[] {
  return events.flatMap(({ type, correlationId }, place) =>
    correlationId === id && types.includes(type) ? [place] : [],
  )
}

const ENDS = ['subtask.completed', 'subtask.failed', 'subtask.skipped', 'subtask.cancelled']

/** What holds of a run at every moment. */
function checkCounts({ state }: SimulatedRun): void {
  const tally: Record<string, number> = {}
  for (const row of state.rows) tally[row.state] = (tally[row.state] ?? 0) + 1
  for (const [name, count] of Object.entries(state.states)) expect(count).toBe(tally[name] ?? 0)
}

/** What holds of every run that has ended. */
function checkLog({ state, events }: SimulatedRun): void {
  for (const row of state.rows) {
    expect(placesOf(events, row.id, 'task.created')).toHaveLength(1)
    const ends = placesOf(events, row.id, ...ENDS)
    expect(ends).toHaveLength(1)
    const starts = placesOf(events, row.id, 'subtask.started')
    for (const start of starts) {
      expect(start).toBeLessThan(ends[0]!)
      for (const dependency of row.dependsOn)
        expect(placesOf(events, state.rows[dependency]!.id, 'subtask.completed')[0]).toBeLessThan(start)
    }
    if (row.state === 'succeeded') expect(starts.length).toBeGreaterThan(0)
    if (row.state === 'skipped') expect(starts).toEqual([])
    if (row.parent !== undefined)
      expect(ends[0]).toBeLessThan(placesOf(events, state.rows[row.parent]!.id, ...ENDS)[0]!)
    expect(row.error === undefined).toBe(row.state === 'succeeded')
  }
  expect(new Set(events.map(({ key }) => key)).size).toBe(events.length)
}

test('every subtask ends once and as its graph says, in whatever order, and never starts before its dependencies', () => {
  fc.assert(
    fc.property(fates, picks, (list, order) => {
      const run = new SimulatedRun(list)
      run.toEnd(order, () => checkCounts(run))
      const expected = expectedOutcomes(list)
      expect(run.outcomes()).toEqual(expected)
      checkLog(run)
      const { succeeded, failed, skipped, cancelled } = run.state.counts
      expect(succeeded + failed + skipped + cancelled).toBe(expected.size)
      expect(run.state.outcome).toBe(succeeded === expected.size ? 'succeeded' : 'failed')
    }),
    { numRuns: 500 },
  )
})

test('a run that is cancelled starts nothing more, ends when what was in flight has, and its counts add up', () => {
  fc.assert(
    fc.property(fates, picks, fc.nat(30), (list, order, moment) => {
      const run = new SimulatedRun(list)
      let cancelledAt: number | undefined
      run.toEnd(order, (step) => {
        if (step === moment && !run.state.finished) {
          run.state.cancel()
          cancelledAt = run.events.length
          for (const agent of AGENTS.keys()) expect(run.state.queue.size(agent)).toBe(0)
          for (const agent of AGENTS.keys()) expect(run.state.next(agent)).toBeUndefined()
        }
        checkCounts(run)
      })
      checkLog(run)
      const outcomes = [...run.outcomes().values()]
      if (cancelledAt === undefined) return
      expect(run.events.slice(cancelledAt).filter(({ type }) => /started|created|skipped/.test(type))).toEqual([])
      const cancelled = outcomes.includes('cancelled')
      expect(run.state.outcome).toBe(cancelled ? 'cancelled' : outcomes.includes('failed') ? 'failed' : 'succeeded')
    }),
    { numRuns: 500 },
  )
})

test('a failure skips all that depends on it, with its name, and nothing else', () => {
  // 0 ✗ → 1 → 2, 3 → 4
  const run = new SimulatedRun([
    fate({ ending: 'fail' }),
    fate({ earlier: [0] }),
    fate({ earlier: [1] }),
    fate(),
    fate({ earlier: [3] }),
  ])
  run.toEnd([0])
  expect([...run.outcomes().values()]).toEqual(['failed', 'skipped', 'skipped', 'succeeded', 'succeeded'])
  const reason = { code: 'DependencyFailed', message: 'not run: "0", which it depends on, failed', retryable: false }
  expect(run.state.rows[1]!.error).toEqual(reason)
  expect(run.state.rows[2]!.error).toEqual(reason)
  expect(run.state.rows[0]).toMatchObject({ attempt: 3, durationMs: 5, error: errorOf('AgentFailed') })
})

test('what waits for a spawner starts when all that it spawned has ended well', () => {
  const run = new SimulatedRun([fate({ spawn: [fate(), fate({ earlier: [0] })] }), fate({ earlier: [0] })])
  const { state } = run
  run.start(0)
  run.end(0)
  expect(state.rows.map((row) => [row.id, row.state])).toEqual([
    ['0', 'joining'],
    ['1', 'waiting'],
    ['0/0', 'ready'],
    ['0/1', 'waiting'],
  ])
  expect(state.rows[3]).toMatchObject({ parent: 0, dependsOn: [2] })
  expect([state.fragment(0), state.fragment(2)]).toEqual([undefined, 'fragment of 0'])
  run.start(0)
  run.end(0)
  expect(state.rows[1]!.state).toBe('waiting')
  run.start(0)
  run.end(0)
  expect(state.rows.map((row) => row.state)).toEqual(['succeeded', 'ready', 'succeeded', 'succeeded'])
})

test('a spawner fails with what it spawned, naming it, when the rest of that has ended', () => {
  const run = new SimulatedRun([
    fate({ spawn: [fate({ ending: 'fail' }), fate(), fate({ earlier: [0] })] }),
    fate({ earlier: [0] }),
  ])
  run.toEnd([0])
  expect(Object.fromEntries(run.outcomes())).toEqual({
    '0': 'failed',
    '1': 'skipped',
    '0/0': 'failed',
    '0/1': 'succeeded',
    '0/2': 'skipped',
  })
  expect(run.state.rows[0]!.error).toEqual({
    code: 'SpawnedSubtaskFailed',
    message: 'of what it spawned, 2 did not succeed: "0/0" failed, "0/2" skipped',
    retryable: false,
  })
})

test('spawning ends at its greatest depth with a coded failure', () => {
  const deep = (levels: number): Fate => (levels === 0 ? fate() : fate({ spawn: [deep(levels - 1)] }))
  const allowed = new SimulatedRun([deep(MAX_SPAWN_DEPTH)])
  allowed.toEnd([0])
  expect(allowed.state.outcome).toBe('succeeded')
  const beyond = new SimulatedRun([deep(MAX_SPAWN_DEPTH + 1), fate()])
  beyond.toEnd([0])
  expect(beyond.state.rows).toHaveLength(MAX_SPAWN_DEPTH + 2)
  expect(beyond.state.rows.at(-1)).toMatchObject({
    state: 'failed',
    error: {
      code: 'SpawnLimitExceeded',
      message: `it spawned at depth ${MAX_SPAWN_DEPTH}; at most ${MAX_SPAWN_DEPTH} levels are allowed`,
    },
  })
  expect(beyond.state.rows.slice(0, 2).map((row) => row.state)).toEqual(['failed', 'succeeded'])
})

test('a spawn that takes the run past its number of subtasks is refused whole, with the figure', () => {
  const many = (count: number): Fate[] => Array.from({ length: count }, () => fate())
  const run = new SimulatedRun([fate({ spawn: many(MAX_SUBTASKS - 2) }), fate({ earlier: [0], spawn: many(1) })])
  run.toEnd([0])
  expect(run.state.rows).toHaveLength(MAX_SUBTASKS)
  expect(run.state.rows[1]!.error).toMatchObject({
    code: 'SpawnLimitExceeded',
    message: `with the 1 that it spawned the run has ${MAX_SUBTASKS + 1} subtasks; at most ${MAX_SUBTASKS} are allowed`,
  })
})

test('a subtask that an agent will not have goes to its next candidate, and fails after the last', () => {
  const run = new SimulatedRun([
    fate({ candidates: [2, 0], refusals: 1 }),
    fate({ candidates: [1, 2], refusals: 2 }),
    fate({ candidates: [1] }),
  ])
  expect(run.start(0)).toBeUndefined()
  run.toEnd([0])
  const agentsOf = (id: string) =>
    placesOf(run.events, id, 'subtask.started').map((place) => (run.events[place]!.payload as { agent: string }).agent)
  expect([agentsOf('0'), agentsOf('1')]).toEqual([
    ['third', 'first'],
    ['second', 'third'],
  ])
  expect(run.state.rows.map(({ state, agent }) => [state, agent])).toEqual([
    ['succeeded', 'first'],
    ['failed', 'third'],
    ['succeeded', 'second'],
  ])
  expect(run.state.rows[1]!.error).toEqual(errorOf('CannotHandle'))
})

describe('deadlines', () => {
  const NOON = Date.parse('2026-11-20T12:00:00Z')
  const at = (seconds: number): string => new Date(NOON + seconds * 1_000).toISOString()

  function begin(...nodes: Partial<GraphNode>[]): { state: RunState; pass(seconds: number): void } {
    let now = NOON
    const state = new RunState(
      AGENTS,
      () => now,
      () => undefined,
    )
    const common = { agents: [0, 1], type: 'any', dependsOn: [], priority: 'normal' as const }
    state.begin(
      'plan',
      'team',
      nodes.map((node, place) => ({ id: `${place}`, ...common, ...node })),
    )
    return { state, pass: (seconds) => (now += seconds * 1_000) }
  }
  const statesOf = (state: RunState) => state.rows.map((row) => row.state)

  test('what is not started by its deadline fails, and what depends on it is skipped though it is late itself', () => {
    const { state, pass } = begin({ deadline: at(10) }, { deadline: at(10), dependsOn: [0] }, { deadline: at(60) })
    expect(state.expire()).toBe(NOON + 10_000)
    expect(state.queue.size(0)).toBe(2)
    pass(10)
    expect(state.expire()).toBe(NOON + 60_000)
    expect(statesOf(state)).toEqual(['failed', 'skipped', 'ready'])
    expect(state.queue.size(0)).toBe(1)
    expect(state.rows[0]!.error).toEqual({
      code: 'DeadlineExceeded',
      message: 'not started by its deadline 2026-11-20T12:00:10.000Z',
      retryable: false,
    })
    pass(50)
    expect(state.expire()).toBeUndefined()
    expect(state.finished).toBe(true)
    expect(state.next(0)).toBeUndefined()
  })

  test('what runs is left to Temporal, until its agent will not have it', () => {
    const { state, pass } = begin({ deadline: at(10) }, { deadline: at(20) })
    state.started(state.next(0)!)
    expect(state.expire()).toBe(NOON + 20_000)
    pass(15)
    expect(state.expire()).toBe(NOON + 20_000)
    state.refused(0, errorOf('CannotHandle'))
    expect(statesOf(state)).toEqual(['ready', 'ready'])
    expect(state.expire()).toBe(NOON + 20_000)
    expect(state.rows[0]).toMatchObject({ state: 'failed', error: { code: 'DeadlineExceeded' } })
  })

  test('a run without deadlines has none to look at', () => {
    expect(begin({}, {}).state.expire()).toBeUndefined()
  })
})

test('a failure at the head of a chain of 2,000 ends all of it', () => {
  const run = new SimulatedRun(
    Array.from({ length: MAX_SUBTASKS }, (_, place) =>
      fate(place === 0 ? { ending: 'fail' } : { earlier: [place - 1] }),
    ),
  )
  expect(dependenciesOf(fate({ earlier: [1_998] }), 1_999)).toEqual([1_998])
  run.toEnd([0])
  expect(run.state.counts).toEqual({ succeeded: 0, failed: 1, skipped: MAX_SUBTASKS - 1, cancelled: 0 })
  expect(run.state.rows.every((row) => isEnded(row.state))).toBe(true)
})

test('the log begins with the run and ends with its outcome and counts', () => {
  const run = new SimulatedRun([fate()])
  run.toEnd([0])
  run.state.close()
  expect(run.events.map(({ type, payload }) => [type, payload])).toEqual([
    ['run.started', { plan: 'plan', team: 'team', subtasks: 1 }],
    ['task.created', { subtask: '0', type: 'any', agent: 'first' }],
    ['subtask.started', { subtask: '0', agent: 'first' }],
    ['subtask.completed', { subtask: '0', agent: 'first', attempt: 1, durationMs: 7, tokensUsed: 0 }],
    ['run.completed', { succeeded: 1, failed: 0, skipped: 0, cancelled: 0 }],
  ])
})
