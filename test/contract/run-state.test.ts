// A run's state under everything that can happen to it, in any order.
import fc from 'fast-check'
import type { AgentExecution } from '../../src/contract/activity-messages'
import type { GraphNode } from '../../src/contract/messages'
import { isEnded } from '../../src/contract/run/run-state'
import { noSubtasks, type SubtaskError } from '../../src/contract/run'
import { agentSlot, beginRun, preparedRun, START, type BegunRun } from './support/begin-run'
import { graphs, type RandomNode } from './support/graphs'

const AGENTS = [agentSlot('first'), agentSlot('second')]
const broken: SubtaskError = { code: 'AgentFailed', message: 'it broke', retryable: true }

function toNodes(nodes: readonly RandomNode[], prefix: string): GraphNode[] {
  return nodes.map(({ agent, ...node }, place) => ({ ...node, id: `${prefix}${place}`, type: 'x', agents: [agent] }))
}

function execution(spawned?: GraphNode[]): AgentExecution {
  const done = { output: { inline: null }, tokensUsed: 1, durationMs: 2, attempt: 1, agent: 'first', agentVersion: '1' }
  return spawned ? { ...done, spawned: { fragment: 'f', nodes: spawned } } : done
}

type Trial = BegunRun

function begin(nodes: GraphNode[]): Trial {
  return beginRun(preparedRun(AGENTS, nodes, { maxSubtasks: 2_000 }))
}

/** Starts whatever is ready; returns the places. */
function startAll({ state }: Trial): number[] {
  const started: number[] = []
  for (const agent of AGENTS.keys()) {
    for (let place = state.next(agent); place !== undefined; place = state.next(agent)) {
      state.started(place)
      started.push(place)
    }
  }
  return started
}

const simple = (id: string, dependsOn: number[] = [], more: Partial<GraphNode> = {}): GraphNode => ({
  id,
  agents: [0],
  type: 'x',
  dependsOn,
  priority: 'normal',
  ...more,
})

/** What must hold at every moment. */
function checkInvariants({ state, events }: Trial): void {
  const counted = noSubtasks()
  for (const { state: one } of state.rows) counted[one]++
  expect(state.states).toEqual(counted)
  for (const [place, row] of state.rows.entries()) {
    const met = row.dependsOn.every((dependency) => state.rows[dependency]!.state === 'succeeded')
    if (row.startedAt !== undefined || row.state === 'ready') expect(met).toBe(true)
    if (row.state === 'waiting') expect(met).toBe(false)
    const failedBefore = row.dependsOn.some((dependency) => {
      const { state: other } = state.rows[dependency]!
      return isEnded(other) && other !== 'succeeded'
    })
    if (failedBefore) expect(['skipped', 'cancelled']).toContain(row.state)
    if (row.state === 'skipped') expect(failedBefore).toBe(true)
    if (isEnded(row.state)) {
      const unfinished = state.rows.some((child) => child.parent === place && !isEnded(child.state))
      expect(unfinished).toBe(false)
      expect(row.error === undefined).toBe(row.state === 'succeeded')
    }
  }
  const ends = events.filter(({ type }) => /^subtask\.(completed|failed|skipped|cancelled)$/.test(type))
  expect(new Set(ends.map(({ correlationId }) => correlationId)).size).toBe(ends.length)
  expect(ends).toHaveLength(state.rows.filter((row) => isEnded(row.state)).length)
}

const fates = fc.infiniteStream(
  fc.record({
    pick: fc.nat(1_000),
    fate: fc.constantFrom('succeed', 'succeed', 'succeed', 'fail', 'spawn', 'spawn', 'refuse', 'cancelled'),
    spawned: graphs(4, 2),
  }),
)

test.each([undefined, 5, 0])(
  'a random run ends, each subtask in one state and after its dependencies (cancelled at %s)',
  (cancelAt) => {
    fc.assert(
      fc.property(graphs(20, 2), fates, (plan, fate) => {
        const trial = begin(toNodes(plan, 's'))
        const { state, events } = trial
        const running: number[] = []
        for (let turn = 0; !state.finished; turn++) {
          if (turn > 3_000) throw new Error('it does not end')
          if (turn === cancelAt) state.cancel()
          if (!state.cancelling) running.push(...startAll(trial))
          if (!state.finished) expect(running.length).toBeGreaterThan(0)
          const { pick, fate: what, spawned } = fate.next().value
          const [place] = running.splice(pick % running.length, 1)
          if (place === undefined) break
          if (what === 'succeed' || (what === 'spawn' && state.rows.length > 60)) state.succeeded(place, execution())
          else if (what === 'fail') state.failed(place, broken, { durationMs: 1, attempt: 2 })
          else if (what === 'spawn') state.succeeded(place, execution(toNodes(spawned, `${state.rows[place]!.id}/`)))
          else if (what === 'refuse') state.refused(place, { ...broken, code: 'CannotHandle' })
          else state.failed(place, { ...broken, code: 'Cancelled' })
          checkInvariants(trial)
        }
        state.end()
        checkInvariants(trial)
        const { succeeded, failed, skipped, cancelled } = state.counts
        expect(succeeded + failed + skipped + cancelled).toBe(state.rows.length)
        for (const [place, row] of state.rows.entries()) {
          const children = state.rows.filter((child) => child.parent === place)
          if (children.length === 0) continue
          const whole = children.every((child) => child.state === 'succeeded')
          expect(row.state).toBe(whole ? 'succeeded' : state.cancelling ? row.state : 'failed')
          if (!whole) expect(['failed', 'cancelled']).toContain(row.state)
        }
        const last = events.at(-1)!
        const outcome =
          failed + cancelled === 0 ? 'completed' : state.cancelling && cancelled > 0 ? 'cancelled' : 'failed'
        expect(last.type).toBe(`run.${outcome}`)
        expect(last.payload).toEqual(state.counts)
        expect(events.filter(({ type }) => type === 'task.created')).toHaveLength(state.rows.length)
        expect(new Set(events.map(({ key }) => key)).size).toBe(events.length)
      }),
      { numRuns: 150 },
    )
  },
)

test('a subtask starts when its own last dependency ends, whatever else is running', () => {
  const trial = begin([simple('slow'), simple('a'), simple('b', [1]), simple('both', [0, 2])])
  expect(startAll(trial)).toEqual([1, 0]) // the longer path first
  trial.state.succeeded(1, execution())
  expect(startAll(trial)).toEqual([2])
  trial.state.succeeded(2, execution())
  expect(startAll(trial)).toEqual([])
  trial.state.succeeded(0, execution())
  expect(startAll(trial)).toEqual([3])
})

test('a failure skips all that depends on it, names the first cause, and leaves other branches alone', () => {
  const trial = begin([simple('a'), simple('b', [0]), simple('c', [1]), simple('other')])
  startAll(trial)
  trial.state.failed(0, broken)
  expect(trial.state.rows.map(({ state }) => state)).toEqual(['failed', 'skipped', 'skipped', 'running'])
  const message = 'not run: "a", which it depends on, failed'
  expect(trial.state.rows[2]!.error).toEqual({ code: 'DependencyFailed', message, retryable: false })
  trial.state.succeeded(3, execution())
  expect(trial.state.outcome).toBe('failed')
})

test('a chain of thousands is skipped without a deep stack', () => {
  const trial = begin(Array.from({ length: 2_000 }, (_, place) => simple(`s${place}`, place === 0 ? [] : [place - 1])))
  startAll(trial)
  trial.state.failed(0, broken)
  expect(trial.state.counts).toEqual({ succeeded: 0, failed: 1, skipped: 1_999, cancelled: 0 })
})

test('what a subtask spawned is joined before its dependents start, nested three deep', () => {
  const trial = begin([simple('a'), simple('after', [0])])
  let place = startAll(trial)[0]!
  for (const id of ['a/b', 'a/b/c', 'a/b/c/d']) {
    trial.state.succeeded(place, execution([simple(id)]))
    expect(trial.state.rows[place]!.state).toBe('joining')
    ;[place] = startAll(trial) as [number]
    expect(trial.state.rows[place]!.id).toBe(id)
  }
  expect(trial.state.rows[1]!.state).toBe('waiting')
  trial.state.succeeded(place, execution())
  expect(trial.state.rows[0]!.state).toBe('succeeded')
  expect(startAll(trial)).toEqual([1])
})

test('a failure inside a spawn fails the spawner, once the rest has ended, and names what failed', () => {
  const trial = begin([simple('a'), simple('after', [0])])
  trial.state.succeeded(startAll(trial)[0]!, execution([simple('a/x'), simple('a/y'), simple('a/z', [0])]))
  startAll(trial)
  trial.state.failed(2, broken)
  expect(trial.state.rows[0]!.state).toBe('joining')
  trial.state.succeeded(3, execution())
  expect(trial.state.rows[0]!.error).toEqual({
    code: 'SpawnedSubtaskFailed',
    message: 'of what it spawned, 1 did not succeed: "a/x" failed',
    retryable: false,
  })
  expect(trial.state.rows[1]!.state).toBe('skipped')
})

test('spawning ends at depth 8 and at its limit of subtasks, and no spawn is always allowed', () => {
  const deep = begin([simple('a')])
  for (let depth = 0; depth < 8; depth++) {
    deep.state.succeeded(startAll(deep)[0]!, execution([simple('a/b'.repeat(depth + 1))]))
  }
  const last = startAll(deep)[0]!
  deep.state.succeeded(last, execution([simple('too/deep')]))
  expect(deep.state.rows[last]!.error).toMatchObject({
    code: 'SpawnLimitExceeded',
    message: expect.stringContaining('depth 8') as string,
  })
  expect(deep.state.counts.failed).toBe(9)

  const wide = begin([simple('a'), simple('b')])
  startAll(wide)
  wide.state.succeeded(0, execution(Array.from({ length: 1_999 }, (_, place) => simple(`a/${place}`))))
  expect(wide.state.rows[0]!.error!.message).toContain('the run has 2001 subtasks; at most 2000 are allowed')
  wide.state.succeeded(1, execution([]))
  expect(wide.state.rows[1]!.state).toBe('succeeded')
})

test('cancel ends what is not in flight at once, and what is in flight when its agent ends', () => {
  const trial = begin([simple('done'), simple('running'), simple('queued'), simple('later', [1])])
  const { state } = trial
  for (const place of [state.next(0)!, state.next(0)!]) state.started(place)
  state.succeeded(0, execution())
  state.cancel()
  expect(state.rows.map((row) => row.state)).toEqual(['succeeded', 'running', 'cancelled', 'cancelled'])
  expect(state.finished).toBe(false)
  expect(state.next(0)).toBeUndefined()
  state.succeeded(1, execution([simple('running/x')]))
  expect(state.rows[1]!.state).toBe('cancelled')
  expect(state.outcome).toBe('cancelled')
})

test('a cancel that comes when everything has succeeded changes nothing', () => {
  const trial = begin([simple('a')])
  startAll(trial)
  trial.state.cancel()
  trial.state.succeeded(0, execution())
  expect(trial.state.outcome).toBe('succeeded')
})

test('a refusal goes to the next candidate, and fails with the last; what the first has used stays', () => {
  const refusal: SubtaskError = { code: 'CannotHandle', message: 'not mine', retryable: false }
  const trial = begin([simple('a', [], { agents: [0, 1] })])
  expect(startAll(trial)).toEqual([0])
  trial.state.refused(0, refusal, { tokensUsed: 40 })
  expect(trial.state.next(0)).toBeUndefined()
  expect(startAll(trial)).toEqual([0])
  expect(trial.state.rows[0]!.agent).toBe('second')
  trial.state.refused(0, refusal, { tokensUsed: 0 })
  expect(trial.state.rows[0]).toMatchObject({ state: 'failed', error: refusal, tokensUsed: 40 })
})

describe('deadlines', () => {
  const at = (seconds: number): string => new Date(START + seconds * 1_000).toISOString()

  test('fail what has not been started, and tell when to look again', () => {
    const trial = begin([
      simple('early', [], { deadline: at(5) }),
      simple('late', [], { deadline: at(9) }),
      simple('none', [0]),
      simple('dependent', [1], { deadline: at(5) }),
    ])
    expect(trial.state.expire()).toBe(START + 5_000)
    trial.clock.now += 5_000
    expect(trial.state.expire()).toBe(START + 9_000)
    expect(trial.state.rows.map(({ state }) => state)).toEqual(['failed', 'ready', 'skipped', 'failed'])
    expect(trial.state.rows[0]!.error).toEqual({
      code: 'DeadlineExceeded',
      message: `not started by its deadline ${at(5)}`,
      retryable: false,
    })
    trial.clock.now += 60_000
    expect(trial.state.expire()).toBeUndefined()
    expect(trial.state.counts.failed).toBe(3)
    expect(startAll(trial)).toEqual([])
  })

  test("are Temporal's while a subtask is in flight, and ours again when its agent will not have it", () => {
    const trial = begin([simple('a', [], { deadline: at(5), agents: [0, 1] })])
    startAll(trial)
    expect(trial.state.expire()).toBeUndefined()
    trial.state.refused(0, { code: 'CannotHandle', message: 'not mine', retryable: false })
    trial.clock.now += 6_000
    trial.state.expire()
    expect(trial.state.rows[0]!.error?.code).toBe('DeadlineExceeded')
    expect(startAll(trial)).toEqual([])
  })
})
