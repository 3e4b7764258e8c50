// Changes to a live run under the plan's rules: what is added may build upon what is there, what is replaced stays in its place.
import type { CheckedSubTask } from '../../src/contract/messages'
import { checkAddition, type AdditionContext } from '../../src/contract/schema/check-addition'
import { checkReplacement, type Replacement } from '../../src/contract/schema/check-replacement'
import { checkedOf, NOW, planOf, TEAM } from './support/checking'

const { spec } = checkedOf(planOf({ id: 'a' }), { team: TEAM })
const agents = spec.team.agents

describe('subtasks that are added', () => {
  const context: AdditionContext = {
    known: [{ id: 'a' }, { id: 'a/x' }, { id: 'b' }],
    first: 5,
    agents,
    inputs: { n: 1 },
    now: NOW,
    onFailure: 'hold',
    reactions: [{ id: 'r' }],
    outputSchema: (id) => (id === 'b' ? TEAM.agents[0]!.output : undefined),
  }

  test('depend on known ones by their places, and on each other from the first one’s on', () => {
    const list = [
      { id: 'c', agentType: 'echo', dependsOn: ['a/x', 'd'], payload: { $from: 'b', path: '/title' } },
      { id: 'd', agentType: 'echo', forEach: { from: 'a/x' }, deadline: '+1m', onFailure: 'skip-dependents' },
    ]
    const { checked, problems } = checkAddition(list, context)
    expect(problems).toEqual([])
    expect(checked!.nodes.map(({ id, dependsOn, onFailure }) => [id, dependsOn, onFailure])).toEqual([
      ['c', [1, 6, 2], 'hold'],
      ['d', [1], undefined],
    ])
    expect(checked!.subtasks[1]).toMatchObject({ deadline: '2026-11-20T12:01:00.000Z', payload: { $element: '' } })
  })

  test.each<[rule: string, list: Record<string, unknown>[], problem: Record<string, unknown>]>([
    ['nothing', [], { path: 'subtasks', message: '0 subtasks: there is nothing to add' }],
    [
      'an id that is there',
      [{ id: 'b' }],
      { path: 'subtasks[0].id', message: 'duplicate id "b": the run has it already' },
    ],
    [
      'one id twice',
      [{ id: 'c' }, { id: 'c' }],
      { path: 'subtasks[1].id', message: 'duplicate id "c": subtasks[0] has it already' },
    ],
    [
      'an id of a reaction',
      [{ id: 'r-3' }],
      { path: 'subtasks[0].id', message: expect.stringContaining('belongs to the reaction "r"') },
    ],
    [
      'an id below a spawner',
      [{ id: 'a/y' }],
      { path: 'subtasks[0].id', message: expect.stringContaining('must not contain "/"') },
    ],
    [
      'a dependency on nobody',
      [{ id: 'c', dependsOn: ['a/y'] }],
      { path: 'subtasks[0].dependsOn[0]', hint: 'did you mean "a/x"?' },
    ],
    [
      'a reference to what is never there',
      [{ id: 'c', payload: { $from: 'b', path: '/titel' } }],
      { path: 'subtasks[0].payload.path', hint: 'did you mean "title"?' },
    ],
    [
      'a cycle',
      [
        { id: 'c', dependsOn: ['d', 'a'] },
        { id: 'd', dependsOn: ['c', 'b'] },
      ],
      { path: 'subtasks[0].dependsOn', message: 'cycle: c → d → c' },
    ],
    ['no JSON', [{ id: 'c', payload: new Date(0) }], { path: 'subtasks[0].payload' }],
  ])('%s is refused', (_rule, list, problem) => {
    const subtasks = list.map((one) => ({ agentType: 'echo', ...one }))
    expect(checkAddition(subtasks, context)).toEqual({ problems: [expect.objectContaining(problem)] })
  })
})

describe('a subtask that is replaced', () => {
  /** Places 0 to 4; `a` has spawned, and waits for that. */
  const known = [
    { id: 'a', dependsOn: [] },
    { id: 'b', dependsOn: [0] },
    { id: 'c', dependsOn: [0, 1] },
    { id: 'd', dependsOn: [2] },
    { id: 'a/x', dependsOn: [] },
  ]
  const base: Omit<CheckedSubTask, 'id'> = {
    type: 'echo',
    agentType: 'echo',
    payload: {},
    priority: 'normal',
    dependsOn: [],
  }
  const c: CheckedSubTask = {
    ...base,
    id: 'c',
    dependsOn: ['a'],
    payload: { x: { $from: 'b' } },
    estimateMs: 7,
    deadline: '2026-11-20T11:00:00.000Z',
  }
  const replace = (current: CheckedSubTask, change: Replacement) =>
    checkReplacement(current, change, { known, agents, inputs: {}, now: NOW, onFailure: 'fail-fast' })

  test('keeps what the change does not name, a deadline that has passed too', () => {
    const { checked, problems } = replace(c, { priority: 'high' })
    expect(problems).toEqual([])
    expect(checked!.subtask).toEqual({ ...c, priority: 'high' })
    expect(checked!.node).toEqual({
      id: 'c',
      agents: [agents.findIndex(({ name }) => name === 'echo')],
      type: 'echo',
      dependsOn: [0, 1],
      priority: 'high',
      estimateMs: 7,
      deadline: c.deadline,
      onFailure: 'fail-fast',
    })
  })

  test('depends on what its new payload refers to, and on what dependsOn, conditions and its map named', () => {
    expect(replace(c, { payload: 5 }).checked!.node.dependsOn).toEqual([0])
    expect(replace(c, { payload: { $from: 'a/x' } }).checked!.node.dependsOn).toEqual([0, 4])
    const map: CheckedSubTask = { ...c, dependsOn: [], forEach: { from: 'b' }, when: [{ from: 'a', exists: true }] }
    const { subtask, node } = replace(map, { payload: { $element: '/k' } }).checked!
    expect([node.dependsOn, node.evaluate, subtask.forEach, subtask.when]).toEqual([
      [0, 1],
      true,
      map.forEach,
      map.when,
    ])
  })

  test('gets another deadline, or none any more', () => {
    expect(replace(c, { deadline: '+2m' }).checked!.node.deadline).toBe('2026-11-20T12:02:00.000Z')
    const { subtask, node } = replace(c, { deadline: null }).checked!
    expect([Object.keys(subtask), Object.keys(node)].flat()).not.toContain('deadline')
  })

  test('goes to another agent, with that one’s own type where it had the first one’s', () => {
    expect(replace(c, { agentType: 'ann' }).checked!.subtask).toMatchObject({ agentType: 'ann', type: 'ann' })
    const { agentType: _, ...typed } = { ...c, type: 'write' }
    const { subtask, node } = replace(typed, { agentType: 'bob' }).checked!
    expect([subtask.type, node.agents.map((place) => agents[place]!.name)]).toEqual(['write', ['bob']])
    expect(replace({ ...typed, type: 'proof-read' }, { agentType: 'ann' }).problems).toMatchObject([{ path: 'type' }])
  })

  test('may be one that was spawned, or that an event started', () => {
    const event = { id: 'e', type: 't', payload: 1, timestamp: '', source: 's', offset: 0 }
    const spawned: CheckedSubTask = { ...base, id: 'a/x', payload: { $event: '' }, event }
    const { checked } = replace(spawned, { payload: [{ $event: '/payload' }] })
    expect(checked!.subtask).toEqual({ ...spawned, payload: [{ $event: '/payload' }] })
    expect(checked!.node.id).toBe('a/x')
  })

  test.each<[rule: string, current: CheckedSubTask, change: Replacement, problem: Record<string, unknown>]>([
    ['an unknown agent', c, { agentType: 'ecko' }, { path: 'agentType', message: 'unknown agent "ecko"' }],
    ['a deadline in the past', c, { deadline: '2026-11-20T11:59:00Z' }, { path: 'deadline' }],
    ['another priority', c, { priority: 'urgent' as never }, { path: 'priority' }],
    ['a payload that the agent refuses', c, { agentType: 'wait', payload: { ms: 'x' } }, { path: 'payload.ms' }],
    [
      'an event where there was none',
      c,
      { payload: { $event: '' } },
      { path: 'payload', message: '"$event" outside a reaction' },
    ],
    [
      'a reference to nobody',
      c,
      { payload: { y: { $from: 'bb' } } },
      { path: 'payload.y.$from', hint: 'did you mean "b"?' },
    ],
    ['itself', c, { payload: { $from: 'c' } }, { path: 'dependsOn', message: 'cycle: c depends on itself (c → c)' }],
    ['one that depends on it', c, { payload: { $from: 'd' } }, { path: 'dependsOn', message: 'cycle: c → d → c' }],
    [
      'one that waits for its spawner',
      { ...base, id: 'a/x' },
      { payload: { $from: 'd' } },
      { path: 'dependsOn', message: 'cycle: a → a/x → d → c → a' },
    ],
    ['no JSON', c, { payload: 1n as never }, { path: 'payload', message: 'a bigint is no JSON value' }],
    ['one that is not in the run', { ...c, id: 'z' }, {}, { message: 'there is no subtask "z" in the run' }],
  ])('is refused with %s', (_rule, current, change, problem) => {
    expect(replace(current, change)).toEqual({
      problems: [expect.objectContaining({ subtask: current.id, ...problem })],
    })
  })
})
