// What becomes of policies, conditions, maps, people and reactions in a checked plan: what the orchestrator is told of them.
import { BUILT_IN_AGENTS } from '../../src/contract/built-in'
import type { GraphNode } from '../../src/contract/messages'
import { humanPayloadProblems } from '../../src/contract/schema/human-payload'
import { checkSpawn } from '../../src/contract/schema/check-spawn'
import { checkedOf, NOW, planOf, problemsOf, TEAM } from './support/checking'

const REACTING = {
  name: 'docs',
  agents: [...TEAM.agents, { ...BUILT_IN_AGENTS[0]!, name: 'notifier', taskQueue: 'q', on: ['task.created', 'a.b'] }],
}

function nodesOf(plan: unknown): GraphNode[] {
  return checkedOf(plan, { team: TEAM, checkInputs: false }).nodes
}

describe('policies', () => {
  const place = (name: string): number =>
    checkedOf(planOf({ id: 'a' }), { team: TEAM }).agents.findIndex((agent) => agent.name === name)
  const rulesOf = (own: unknown, plan: unknown): Partial<GraphNode> => {
    const [{ onFailure, fallback } = {} as GraphNode] = nodesOf({
      ...planOf({ id: 'a', ...(own === undefined ? {} : { onFailure: own }) }),
      ...(plan === undefined ? {} : { onFailure: plan }),
    })
    return { ...(onFailure === undefined ? {} : { onFailure }), ...(fallback === undefined ? {} : { fallback }) }
  }
  const [ann, bob] = [place('ann'), place('bob')]

  test.each<[own: unknown, plan: unknown, rules: Partial<GraphNode>]>([
    [undefined, undefined, {}],
    ['skip-dependents', undefined, {}],
    ['hold', undefined, { onFailure: 'hold' }],
    ['fail-fast', 'hold', { onFailure: 'fail-fast' }],
    ['skip-dependents', 'fail-fast', {}],
    [undefined, 'fail-fast', { onFailure: 'fail-fast' }],
    [{ fallback: 'ann' }, undefined, { fallback: ann }],
    [{ fallback: 'ann' }, 'hold', { fallback: ann, onFailure: 'hold' }],
    [{ fallback: 'ann' }, { fallback: 'bob' }, { fallback: ann }],
    [undefined, { fallback: 'bob' }, { fallback: bob }],
    // The plan's own fallback is nothing to the subtasks of that very agent
    [undefined, { fallback: 'echo' }, {}],
  ])('%j under %j of the plan', (own, plan, rules) => {
    expect(rulesOf(own, plan)).toEqual(rules)
  })

  test('of a type with several agents may fall back to one of them', () => {
    const plan = { name: 'p', subtasks: [{ id: 'a', type: 'write', onFailure: { fallback: 'bob' } }] }
    expect(nodesOf(plan)[0]).toMatchObject({ agents: [ann, bob], fallback: bob })
  })
})

test('conditions, maps and people are looked at first, and make dependencies', () => {
  const plan = planOf(
    { id: 'ask', agentType: 'human', payload: { prompt: 'x' } },
    { id: 'list' },
    { id: 'each', forEach: { from: 'list', path: '/items', maxInFlight: 3 }, runIf: 'any-succeeded' },
    {
      id: 'if',
      when: [
        { from: 'ask', equals: null },
        { from: 'inputs', exists: true },
      ],
      dependsOn: ['each'],
    },
    { id: 'plain', runIf: 'all-succeeded', when: [], payload: { $from: 'if' } },
  )
  const nodes = nodesOf(plan)
  expect(
    nodes.map(({ evaluate, dependsOn, maxInFlight, runIf }) => ({ evaluate, dependsOn, maxInFlight, runIf })),
  ).toEqual([
    { evaluate: true, dependsOn: [] },
    { dependsOn: [] },
    { evaluate: true, dependsOn: [1], maxInFlight: 3, runIf: 'any-succeeded' },
    { evaluate: true, dependsOn: [2, 0] },
    { dependsOn: [3] },
  ])
  const { spec, agents } = checkedOf(plan)
  expect(spec.subtasks[2]!.payload).toEqual({ $element: '' })
  expect(agents.filter(({ person }) => person).map(({ name, taskQueue }) => [name, taskQueue])).toEqual([
    ['human', 'agent.troupe.human'],
  ])
})

describe('people', () => {
  test('are a team’s own where it has an agent of that name, or under another name', () => {
    const own = { ...TEAM, agents: [{ ...TEAM.agents[1]!, name: 'human' }] }
    const checked = checkedOf(planOf({ id: 'a', agentType: 'human' }), { team: own })
    expect([checked.agents.some(({ person }) => person), checked.nodes[0]!.evaluate]).toEqual([false, undefined])
    const plan = {
      ...planOf({ id: 'a', agentType: 'boss', payload: { prompt: 'x' } }),
      agents: { boss: { use: 'human' } },
    }
    const { spec, nodes } = checkedOf(plan)
    const boss = spec.team.agents.find(({ name }) => name === 'boss')!
    // Nobody serves it, so that no worker may look for it
    expect([boss.person, boss.inline, nodes[0]!.evaluate]).toEqual([true, undefined, true])
    expect(problemsOf({ ...plan, subtasks: [{ id: 'a', agentType: 'boss' }] })).toHaveLength(1)
  })

  test('may be asked what other subtasks have found, and what stands for the whole is checked when it is known', () => {
    const question = { prompt: { $from: 'a', path: '/q' }, details: [{ $from: 'a' }], output: { type: 'number' } }
    const plan = planOf(
      { id: 'a' },
      { id: 'b', agentType: 'human', payload: { ...question, timeoutMs: 5, onTimeout: 'reject' } },
      { id: 'c', agentType: 'human', payload: { $from: 'a' } },
      { id: 'd', agentType: 'human', forEach: { from: 'a' } },
      { id: 'e', agentType: 'human', forEach: { from: 'a' }, payload: { prompt: { $element: '/q' } } },
    )
    expect(problemsOf(plan)).toEqual([])
    const resolved = humanPayloadProblems({ prompt: { $from: 'x' }, details: { $from: 'x' } }, 'payload', true)
    expect(resolved.map(({ path }) => path)).toEqual(['payload.prompt'])
  })
})

describe('reactions', () => {
  const reactions = [
    { on: 'task.created', where: { subtask: 'a' }, run: { type: 'write', onFailure: 'hold', estimateMs: 5 } },
    { id: 'mine', on: 'x.y', run: { agentType: 'human', payload: { prompt: { $event: '/type' } }, priority: 'high' } },
  ]

  test('come with defaults, the plan’s own first and then those of agents, each with what the orchestrator knows', () => {
    const {
      spec,
      reactions: rules,
      plan,
      agents,
    } = checkedOf({ ...planOf({ id: 'a' }), reactions, onFailure: 'fail-fast' }, { team: REACTING })
    expect(spec.reactions).toEqual([
      {
        id: 'on-task-created',
        on: 'task.created',
        where: { subtask: 'a' },
        run: { type: 'write', payload: { $event: '' }, priority: 'normal', onFailure: 'hold', estimateMs: 5 },
      },
      { id: 'mine', on: 'x.y', run: { ...reactions[1]!.run, type: 'human' } },
      ...['task.created', 'a.b'].map((on) => ({
        id: `notifier-on-${on.replace('.', '-')}`,
        on,
        run: { agentType: 'notifier', type: 'notifier', payload: { $event: '' }, priority: 'normal' },
      })),
    ])
    const names = rules.map(({ node }) => node.agents.map((place) => agents[place]!.name))
    expect(names).toEqual([['ann', 'bob'], ['human'], ['notifier'], ['notifier']])
    expect(rules[0]).toEqual({
      id: 'on-task-created',
      on: 'task.created',
      where: { subtask: 'a' },
      node: { agents: rules[0]!.node.agents, type: 'write', priority: 'normal', estimateMs: 5, onFailure: 'hold' },
    })
    expect(rules[1]!.node).toMatchObject({ type: 'human', priority: 'high', evaluate: true, onFailure: 'fail-fast' })
    expect(plan.reactions).toEqual(spec.reactions.slice(0, 2))
    expect([plan.onFailure, spec.onFailure]).toEqual(['fail-fast', 'fail-fast'])
  })

  test('of what was checked are the same when it is checked again', () => {
    const value = { ...planOf({ id: 'a', forEach: { from: 'inputs' }, onFailure: { fallback: 'ann' } }), reactions }
    const inline = { watcher: { use: 'echo', on: ['a.b', 'a.b', 'a-b'] }, boss: { use: 'human' } }
    const first = checkedOf({ ...value, agents: inline }, { team: REACTING, inputs: [], maxSubtasks: 7 })
    expect(first.reactions.slice(-2).map(({ id }) => id)).toEqual(['watcher-on-a-b', 'watcher-on-a-b.2'])
    expect([first.maxSubtasks, first.spec.maxSubtasks]).toEqual([7, 7])
    const wire = JSON.parse(JSON.stringify({ plan: first.plan, team: first.spec.team })) as never as {
      plan: unknown
      team: typeof TEAM
    }
    const second = checkedOf(wire.plan, { team: wire.team, inputs: [], maxSubtasks: 7, baseDirectory: '/another' })
    expect(second).toEqual(first)
  })

  test('are enough for a plan', () => {
    expect(checkedOf({ name: 'p', subtasks: [], reactions }, { team: TEAM }).nodes).toEqual([])
    expect(checkedOf({ name: 'p', subtasks: [] }, { team: REACTING }).reactions).toHaveLength(2)
    expect(problemsOf({ name: 'p', subtasks: [], reactions: [] })).toEqual([
      { path: 'subtasks', message: '0 subtasks: a plan has at least one' },
    ])
  })
})

test('what is spawned has conditions and maps under full ids, and the plan’s policy', () => {
  const list = [
    { id: 'x', agentType: 'ann' },
    {
      id: 'y',
      agentType: 'bob',
      forEach: { from: 'x', path: '/k' },
      when: [
        { from: 'x', exists: true },
        { from: 'inputs', path: '/n', equals: 1 },
      ],
      payload: [{ $element: '/z' }, { $from: 'x' }],
    },
  ]
  const context = { agents: TEAM.agents, inputs: { n: 1 }, now: NOW, onFailure: 'hold' } as const
  const { checked, problems } = checkSpawn('s', list, context)
  expect(problems).toEqual([])
  expect(checked!.subtasks[1]).toMatchObject({
    id: 's/y',
    forEach: { from: 's/x', path: '/k' },
    when: [{ from: 's/x' }, { from: 'inputs', path: '/n', equals: 1 }],
    payload: [{ $element: '/z' }, { $from: 's/x' }],
  })
  expect(checked!.nodes).toMatchObject([{ onFailure: 'hold' }, { onFailure: 'hold', evaluate: true, dependsOn: [0] }])
  expect(checkSpawn('s', [{ id: 'x', agentType: 'ann', payload: { $event: '' } }], context).problems).toHaveLength(1)
})

test('20,000 subtasks in one chain of references and conditions are checked in a bounded time', () => {
  const subtasks = Array.from({ length: 20_000 }, (_, n) => ({
    id: `s${n}`,
    agentType: 'outline',
    payload: { topic: n > 0 ? { $from: `s${n - 1}`, path: '/title' } : 'x' },
    ...(n > 1 ? { when: [{ from: `s${n - 2}`, path: '/title', exists: true }], onFailure: { fallback: 'ann' } } : {}),
  }))
  const begun = Date.now()
  const { nodes } = checkedOf({ name: 'p', subtasks }, { team: TEAM })
  // Measured: 1.5 s; what is quadratic takes minutes
  expect(Date.now() - begun).toBeLessThan(20_000)
  expect(nodes.at(-1)!.dependsOn).toEqual([19_998, 19_997])
})
