// The plan of a run once more: as it stood at its end, with deadlines that count anew, and held against another one.
import type { CheckedSubTask, RunSpec } from '../../src/contract/messages'
import { droppedFrom, planDifferences, renewedDeadline, repeatedPlan } from '../../src/contract/run/repeated-plan'
import type { Past } from '../../src/contract/run/reuse'
import { checkedOf } from './support/checking'
import { agent, AGENTS, defined, pastOf } from './support/past-runs'

const spec = (subtasks: CheckedSubTask[], settings: Partial<RunSpec> = {}): RunSpec => ({
  name: 'p',
  team: { name: 'team', agents: AGENTS },
  ...{ inputs: {}, subtasks, reactions: [], maxSubtasks: 10 },
  ...settings,
})

test('it is what stood at the end, with what was added and changed, without what events started', () => {
  const event = { id: 'e', type: 't', payload: null, timestamp: '', source: 's', offset: 0 }
  const past = pastOf({ a: { payload: { changed: 1 } }, 'a/x': {}, added: { dependsOn: ['a'] }, 'on-t-1': { event } })
  const own = { id: 'own', on: 't', run: { type: 'ann', payload: {}, priority: 'normal' as const } }
  const team = { name: 'team', agents: [agent('ann', { on: ['u'] })] }
  const reactions = [own, { ...own, id: 'on-u', on: 'u' }]
  const { plan, misfits } = repeatedPlan(spec([], { team, reactions, onFailure: 'hold' }), past, (old) => old)
  expect(plan.subtasks.map(({ id, payload }) => [id, payload])).toEqual([
    ['a', { changed: 1 }],
    ['added', {}],
  ])
  expect(plan).toMatchObject({ name: 'p', onFailure: 'hold', reactions: [own] })
  expect(plan.reactions).toHaveLength(1)
  expect(misfits).toEqual([])
  expect(droppedFrom(past, [defined('new', {}), defined('added', {})])).toEqual(['a'])
  const needy = pastOf({ a: {}, 'a/x': {}, b: { dependsOn: ['a/x'] } })
  expect(repeatedPlan(spec([]), needy, (old) => old).misfits).toEqual(['"b" needs "a/x"'])
})

test('it is checked to the same again, whatever is in it', () => {
  const team = { name: 'team', agents: [agent('ann', { on: ['u', 'u', 'v'] }), agent('bob')] }
  const { spec: first } = checkedOf(
    {
      name: 'p',
      onFailure: { fallback: 'bob' },
      reactions: [{ on: 'order.placed', where: { size: 3 }, run: { agentType: 'ann' } }],
      subtasks: [
        { id: 'list', type: 'work', deadline: '+10m' },
        { id: 'map', agentType: 'ann', forEach: { from: 'list', path: '/all', maxInFlight: 2 }, priority: 'high' },
        { id: 'ask', agentType: 'human', payload: { prompt: 'Well?', details: { $from: 'map' } }, runIf: 'all-done' },
        { id: 'end', agentType: 'bob', when: [{ from: 'ask', path: '/approved', equals: true }], onFailure: 'hold' },
      ],
    },
    { team },
  )
  const definitions = new Map(first.subtasks.map((definition) => [definition.id, definition]))
  const past: Past = new Map(
    [...definitions].map(([id, definition]) => [id, { definition, state: 'failed', dependsOn: [] }]),
  )
  const { plan } = repeatedPlan(first, past, (old) => old)
  const { spec: second } = checkedOf(plan, { team: first.team })
  expect(second).toEqual(first)
  expect(planDifferences(first, second)).toEqual([])
})

test('a deadline that has passed counts anew, one to come stays', () => {
  const renew = renewedDeadline('2026-01-01T00:00:00.000Z', Date.parse('2026-01-01T01:00:00.000Z'))
  expect(renew('2026-01-01T00:10:00.000Z')).toBe('2026-01-01T01:10:00.000Z')
  expect(renew('2026-01-01T01:10:00.000Z')).toBe('2026-01-01T01:10:00.000Z')
})

test('it differs where a subtask, its inline agent or a reaction does, and not for its deadline', () => {
  const inline = (taskQueue: string) =>
    agent('bob', { taskQueue, inline: { kind: 'command', command: { command: ['x'], cwd: '/', env: [] } } })
  const started = spec([defined('a', { deadline: '2026-01-01T00:00:00Z' }), defined('b'), defined('c')])
  expect(planDifferences(started, spec([defined('a'), defined('b'), defined('c')]))).toEqual([])
  const other = [defined('a', { priority: 'high' }), defined('c'), defined('d')]
  expect(planDifferences(started, spec(other))).toEqual(['"a" is another one', '"b" is gone', '"d" is new'])
  const [before, after] = ['agent.t.bob.1', 'agent.t.bob.2'].map((queue) =>
    spec([defined('b', { agentType: 'bob' })], { team: { name: 't', agents: [inline(queue)] } }),
  )
  expect(planDifferences(before!, after!)).toEqual(['"b" is another one', 'its agent "bob" is another one'])
})
