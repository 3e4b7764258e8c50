// Which results are taken over from a run that is repeated, and what runs again and why.
import fc from 'fast-check'
import type { CheckedSubTask } from '../../src/contract/messages'
import type { SubtaskState } from '../../src/contract/run'
import { carryOver } from '../../src/contract/run/carry-over'
import { inputHashes, type HashContext } from '../../src/contract/run/input-hash'
import { judgeReuse, type Judgement, type NewRun, type Past } from '../../src/contract/run/reuse'
import { graphs } from './support/graphs'
import { agent, AGENTS, contextOf, defined, diamond, pastOf, type Made } from './support/past-runs'

/** Repeats a run; its plan is the same unless given. */
function judge(past: Past, is: Partial<NewRun> = {}, was: HashContext = contextOf()): Judgement {
  const subtasks = [...past.values()].filter(({ parent }) => parent === undefined).map(({ definition }) => definition)
  return judgeReuse({ past, context: was }, { subtasks, context: was, ...is })
}

const again = (judgement: Judgement): Record<string, string> =>
  Object.fromEntries(judgement.again.map(({ id, because }) => [id, because]))

describe('what runs again', () => {
  test('a failure and what was skipped for it; the subtask that is named and all that follows from it', () => {
    const failed = judge(diamond({ b: { state: 'failed' }, d: { state: 'skipped', code: 'DependencyFailed' } }))
    expect(failed.reused).toEqual(['a', 'c'])
    expect(again(failed)).toEqual({ b: 'it failed', d: 'it depends on "b"' })
    const named = judge(diamond(), { from: 'c' })
    expect(named.reused).toEqual(['a', 'b'])
    expect(again(named)).toEqual({ c: 'it was named', d: 'it depends on "c"' })
    expect(judge(diamond()).again).toEqual([])
  })

  test('what ran although a dependency had failed depends on that failure all the same', () => {
    const { reused, again: list } = judge(diamond({ b: { state: 'failed' }, d: { runIf: 'all-done' } }))
    expect(reused).toEqual(['a', 'c'])
    expect(list.map(({ id }) => id)).toEqual(['b', 'd'])
  })

  test('who was skipped by a condition is skipped again, and nothing follows from it; who was skipped by a person is not', () => {
    const skipped = (code: string) => judge(diamond({ b: { state: 'skipped', code }, d: { runIf: 'any-succeeded' } }))
    expect(skipped('ConditionNotMet')).toEqual({ reused: ['a', 'c', 'd'], again: [] })
    expect(again(skipped('SkippedByPerson'))).toEqual({ b: 'it was skipped', d: 'it depends on "b"' })
  })

  test('what had not ended when the run was terminated', () => {
    expect(again(judge(pastOf({ a: { state: 'running' }, b: { state: 'cancelled' } })))).toEqual({
      a: 'it had not ended',
      b: 'it was cancelled',
    })
  })
})

describe('below a spawner or a map', () => {
  const boss: Record<string, Made> = {
    boss: { state: 'failed', code: 'SpawnedSubtaskFailed' },
    'boss/a': {},
    'boss/b': { state: 'failed', dependsOn: ['boss/a'] },
    'boss/c': {},
    end: { dependsOn: ['boss'], state: 'skipped', code: 'DependencyFailed' },
  }

  test('the spawner is not executed again for what it spawned; what depends on it is', () => {
    const judgement = judge(pastOf(boss))
    expect(judgement.reused).toEqual(['boss', 'boss/a', 'boss/c'])
    expect(again(judgement)).toEqual({ 'boss/b': 'it failed', end: 'it depends on "boss"' })
    const named = judge(pastOf(boss), { from: 'boss/a' })
    expect(again(named)).toEqual({ 'boss/a': 'it was named', 'boss/b': 'it failed', end: 'it depends on "boss"' })
  })

  test('a spawner that is executed again spawns anew, at every depth', () => {
    const deep = pastOf({ ...boss, 'boss/a/x': {} })
    expect(again(judge(deep, { from: 'boss' }))).toEqual({
      boss: 'it was named',
      'boss/a': 'it is spawned by "boss"',
      'boss/a/x': 'it is spawned by "boss/a"',
      'boss/b': 'it is spawned by "boss"',
      'boss/c': 'it is spawned by "boss"',
      end: 'it depends on "boss"',
    })
    const inner = judge(deep, { from: 'boss/a/x' })
    expect(inner.reused).toEqual(['boss', 'boss/a', 'boss/c'])
    expect(again(inner)).toMatchObject({ 'boss/a/x': 'it was named', 'boss/b': 'it failed' })
  })

  test('a spawned subtask that was changed to need something outside of its spawn cannot be made again there', () => {
    const reaching = (state: SubtaskState): Past =>
      pastOf({ ...boss, 'boss/b': {}, 'boss/c': { state, alsoNeeds: ['first'] }, first: {} })
    const { again: list } = judge(reaching('failed'))
    expect(list[0]).toEqual({ id: 'boss', because: 'what it spawned cannot run as it stands: "boss/c"' })
    expect(list.map(({ id }) => id)).toEqual(['boss', 'boss/a', 'boss/b', 'boss/c', 'end'])
  })

  test('what is carried over: places of agents in the new team, live changes, a replaced payload, and no tokens', () => {
    const past = pastOf({
      ...boss,
      'boss/b': { state: 'failed', dependsOn: ['boss/a'], agentType: 'bob', type: 'work' },
    })
    const { reused } = judge(past)
    const replaced = { ...past.get('boss/b')!.definition, payload: { other: true } }
    const is = [agent('zoe'), ...AGENTS].reverse()
    const carried = carryOver(past, reused, { was: AGENTS, is, replaced, deadline: (old) => old })
    expect([...carried.keys()].sort()).toEqual(['boss', 'boss/a', 'boss/c'])
    expect(carried.get('boss/a')).toEqual({ execution: { ...past.get('boss/a')!.execution, tokensUsed: 0 } })
    const { execution, subtasks } = carried.get('boss')!
    expect(execution.spawned!.nodes).toMatchObject([
      { id: 'boss/a', agents: [1], dependsOn: [] },
      { id: 'boss/b', agents: [0], type: 'work', dependsOn: [0] },
      { id: 'boss/c', agents: [1], dependsOn: [] },
    ])
    expect(subtasks!.map(({ payload }) => payload)).toEqual([{}, { other: true }, {}])
  })
})

describe('with another plan or team', () => {
  const past = diamond()
  const plan = (made: Record<string, Partial<CheckedSubTask>>): CheckedSubTask[] =>
    [...past.values()].map(({ definition }) => ({ ...definition, ...made[definition.id] }))

  test.each<[string, Partial<CheckedSubTask>, string]>([
    ['payload', { payload: { x: 1 } }, 'payload changed'],
    ['agent', { agentType: 'bob', type: 'bob' }, 'agents (ann 1.0.0 → bob 1.0.0), type changed'],
    ['dependencies', { dependsOn: [] }, 'dependencies changed'],
    ['condition', { when: [{ from: 'a', exists: true }] }, 'when changed'],
    ['list', { forEach: { from: 'a', path: '/list' } }, 'forEach changed'],
    ['runIf', { runIf: 'all-done' }, 'runIf changed'],
  ])('another %s runs again with what follows, and nothing else', (_, made, because) => {
    const { reused, again: list } = judge(past, { subtasks: plan({ b: made }) })
    expect(reused).toEqual(['a', 'c'])
    expect(list).toEqual([
      { id: 'b', because },
      { id: 'd', because: 'it depends on "b"' },
    ])
  })

  test('what results do not follow from changes nothing; new subtasks run', () => {
    const other = { priority: 'high', estimateMs: 5, onFailure: 'hold', deadline: '2030-01-01T00:00:00Z' } as const
    const same = plan({ b: other, c: { payload: {} } })
    expect(judge(past, { subtasks: same }).again).toEqual([])
    const more = [...same, defined('e', { dependsOn: ['d'] })]
    expect(again(judge(past, { subtasks: more }))).toEqual({ e: 'it is new' })
    expect(judge(past, { subtasks: same.slice(0, 2) }).reused).toEqual(['a', 'b'])
  })

  test('another version of an agent, and another value of an input that is referred to', () => {
    const mixed = pastOf({ a: { payload: { $from: 'inputs', path: '/topic' } }, b: { agentType: 'bob', type: 'bob' } })
    const newer = contextOf({ agents: [AGENTS[0]!, agent('bob', { version: '2.0.0' })] })
    expect(again(judge(mixed, { context: newer }))).toEqual({ b: 'agents (bob 1.0.0 → bob 2.0.0) changed' })
    expect(again(judge(mixed, { context: contextOf({ inputs: { topic: 'tides', size: 4 } }) }))).toEqual({})
    const inputs = { topic: 'moon', size: 3 }
    expect(again(judge(mixed, { context: contextOf({ inputs }) }))).toEqual({ a: 'inputs changed' })
  })

  test('input hashes do not depend on the order of keys or subtasks, and a change reaches whatever follows', () => {
    const one = [defined('a', { payload: { x: 1, y: 2 } }), defined('b', { dependsOn: ['a'] })]
    const two = [defined('b', { dependsOn: ['a'] }), defined('a', { payload: { y: 2, x: 1 } })]
    const hashes = (list: CheckedSubTask[]) =>
      inputHashes(
        list.map((definition) => ({ definition })),
        contextOf(),
      )
    expect(hashes(two)).toEqual(new Map([...hashes(one)].reverse()))
    const changed = hashes([defined('a', { payload: { x: 2, y: 2 } }), one[1]!])
    expect(changed.get('a')).not.toBe(hashes(one).get('a'))
    expect(changed.get('b')).not.toBe(hashes(one).get('b'))
  })
})

test('over random graphs: a result is taken over if and only if nothing before it failed or was named', () => {
  const STATES: SubtaskState[] = ['succeeded', 'succeeded', 'succeeded', 'failed', 'cancelled']
  const runs = graphs(30, 1).chain((nodes) =>
    fc.record({
      nodes: fc.constant(nodes),
      states: fc.array(fc.constantFrom(...STATES), { minLength: nodes.length, maxLength: nodes.length }),
      from: fc.option(fc.nat(nodes.length - 1), { nil: undefined }),
    }),
  )
  fc.assert(
    fc.property(runs, ({ nodes, states, from }) => {
      const made = nodes.map(({ dependsOn }, place): [string, Made] => [
        `s${place}`,
        { state: states[place], dependsOn: dependsOn.map((need) => `s${need}`) },
      ])
      const expected: boolean[] = []
      for (const [place, { dependsOn }] of nodes.entries())
        expected[place] = states[place] === 'succeeded' && place !== from && dependsOn.every((need) => expected[need])
      const { reused, again: list } = judge(
        pastOf(Object.fromEntries(made)),
        from === undefined ? {} : { from: `s${from}` },
      )
      const ids = made.map(([id]) => id)
      expect(reused).toEqual(ids.filter((_, place) => expected[place]))
      expect(list).toHaveLength(nodes.length - reused.length)
    }),
    { seed: 20_261_122, numRuns: 300 },
  )
})
