// What a checked plan is: defaults, candidates, absolute deadlines, inline agents, and the same verdict when checked again.
import fc from 'fast-check'
import { checkSpawn } from '../../src/contract/schema/check-spawn'
import { checkedOf, NOW, planOf, problemsOf, TEAM } from './support/checking'

describe('a checked subtask', () => {
  test('has every default, and its node references as dependencies, each once', () => {
    const plan = planOf(
      { id: 'a' },
      { id: 'b' },
      {
        id: 'c',
        dependsOn: ['b', 'b'],
        payload: { x: { $from: 'a' }, y: [{ $from: 'a', path: '/k' }, { $from: 'b' }] },
      },
    )
    const { plan: checked, nodes } = checkedOf(plan)
    expect(checked.subtasks[0]).toEqual({
      id: 'a',
      agentType: 'echo',
      type: 'echo',
      payload: {},
      priority: 'normal',
      dependsOn: [],
    })
    expect(checked.subtasks[2]!.dependsOn).toEqual(['b'])
    expect(nodes[2]!.dependsOn).toEqual([1, 0])
  })

  test('keeps a payload of null, false or nothing but a text', () => {
    for (const payload of [null, false, 0, '', []]) {
      expect(checkedOf(planOf({ id: 'a', payload })).plan.subtasks[0]!.payload).toEqual(payload)
    }
  })

  test('of a type only has the candidates in the order of the team', () => {
    const plan = {
      name: 'p',
      subtasks: [
        { id: 'a', type: 'write' },
        { id: 'b', type: 'proof-read' },
      ],
    }
    const { nodes, agents } = checkedOf(plan, { team: TEAM })
    expect(nodes.map((node) => node.agents.map((place) => agents[place]!.name))).toEqual([['ann', 'bob'], ['bob']])
  })

  test('that refers in its payload is not held against the schema before the run', () => {
    const plan = planOf({ id: 'a' }, { id: 'b', agentType: 'outline', payload: { topic: { $from: 'a' } } })
    expect(problemsOf(plan, { team: TEAM })).toEqual([])
  })

  test.each([
    ['+10m', '2026-11-20T12:10:00.000Z'],
    ['+1ms', '2026-11-20T12:00:00.001Z'],
    ['+36h', '2026-11-22T00:00:00.000Z'],
    ['+2d', '2026-11-22T12:00:00.000Z'],
    ['2026-11-20T15:00:00+02:00', '2026-11-20T13:00:00.000Z'],
  ])('with the deadline %s has an absolute one', (deadline, expected) => {
    const { nodes, plan } = checkedOf(planOf({ id: 'a', deadline }))
    expect(nodes[0]!.deadline).toBe(expected)
    expect(plan.subtasks[0]!.deadline).toBe(expected)
  })

  test('may be called __proto__ or constructor, and be referred to', () => {
    const plan = planOf(
      { id: '__proto__', payload: JSON.parse('{"__proto__": {"x": 1}}') as unknown },
      { id: 'constructor', dependsOn: ['__proto__'] },
      { id: 'toString', payload: JSON.parse('{"__proto__": {"$from": "constructor"}}') as unknown },
    )
    const { nodes, plan: checked } = checkedOf(plan)
    expect(nodes.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
      ['__proto__', []],
      ['constructor', [0]],
      ['toString', [1]],
    ])
    expect(JSON.stringify(checked.subtasks[0]!.payload)).toBe('{"__proto__":{"x":1}}')
    expect(problemsOf(planOf({ id: 'a', dependsOn: ['constructor', '__proto__'] }))).toHaveLength(2)
    expect(
      problemsOf({
        name: 'p',
        subtasks: [
          { id: 'a', agentType: 'constructor' },
          { id: 'b', type: '__proto__' },
        ],
      }),
    ).toHaveLength(2)
  })
})

describe('inline agents', () => {
  const withAgents = (agents: unknown): Record<string, unknown> => ({ ...planOf({ id: 'a' }), agents })

  test('take from the agent that they use what they do not override', () => {
    const agents = {
      quick: { use: 'outline', timeoutMs: 5, retry: { maximumAttempts: 1 }, version: '2.0.0' },
      nap: { use: 'wait', maxConcurrency: 8, capabilities: ['rest'] },
    }
    const { spec } = checkedOf(withAgents(agents), { team: TEAM })
    const quick = spec.team.agents.find(({ name }) => name === 'quick')!
    expect(quick).toMatchObject({
      version: '2.0.0',
      capabilities: ['outline', 'quick'],
      timeoutMs: 5,
      maxConcurrency: 4,
      retry: { maximumAttempts: 1, initialIntervalMs: 1_000, backoffCoefficient: 2 },
      input: TEAM.agents[0]!.input,
      output: TEAM.agents[0]!.output,
      inline: { kind: 'use', team: 'docs', agent: 'outline' },
    })
    const nap = spec.team.agents.find(({ name }) => name === 'nap')!
    expect(nap).toMatchObject({
      capabilities: ['rest'],
      maxConcurrency: 8,
      timeoutMs: 3_600_000,
      inline: { kind: 'use', team: 'troupe', agent: 'wait' },
    })
  })

  test('serve the types of the agent that they use, after the team', () => {
    const plan = { name: 'p', subtasks: [{ id: 'a', type: 'write' }], agents: { cy: { use: 'ann' } } }
    const { nodes, agents } = checkedOf(plan, { team: TEAM })
    expect(nodes[0]!.agents.map((place) => agents[place]!.name)).toEqual(['ann', 'bob', 'cy'])
  })

  test('have payloads checked by the schema of the agent that they use', () => {
    const plan = {
      name: 'p',
      subtasks: [{ id: 'a', agentType: 'nap', payload: { ms: -1 } }],
      agents: { nap: { use: 'wait' } },
    }
    expect(problemsOf(plan)).toEqual([
      expect.objectContaining({ path: 'subtasks[0].payload.ms', message: '-1 must be >= 0' }),
    ])
  })

  test('that are wrong in themselves are still known: their subtasks are not reported too', () => {
    const plan = { name: 'p', subtasks: [{ id: 'a', agentType: 'lint' }], agents: { lint: { command: [] } } }
    expect(problemsOf(plan).map(({ path }) => path)).toEqual(['agents.lint.command'])
  })

  test('have queues of their own, one for each definition', () => {
    const definitions = [
      { command: ['true'] },
      { command: ['true', '-x'] },
      { command: ['true'], cwd: '/srv' },
      { command: ['true'], env: ['CI'] },
      { command: ['true'], timeoutMs: 5 },
      { command: ['true'], output: { type: 'object' } },
      { use: 'wait' },
      { use: 'echo' },
      { use: 'wait', maxConcurrency: 8 },
      { use: 'wait', retry: { maximumAttempts: 1 } },
    ]
    const queueOf = (definition: unknown, baseDirectory = '/plans'): string =>
      checkedOf(withAgents({ x: definition }), { baseDirectory }).agents.find(({ name }) => name === 'x')!.taskQueue
    const queues = definitions.map((definition) => queueOf(definition))
    expect(new Set(queues).size).toBe(definitions.length)
    for (const queue of queues) expect(queue).toMatch(/^agent\.p\.x\.[0-9a-f]{8}$/)
    expect(queueOf({ command: ['true'] })).toBe(queues[0])
    expect(queueOf({ command: ['true'] }, '/elsewhere')).not.toBe(queues[0])
  })
})

describe('inputs', () => {
  const plan = {
    ...planOf({ id: 'a', payload: { $from: 'inputs', path: '/n' } }),
    inputs: { properties: { n: { type: 'integer', default: 3 } }, type: 'object' },
  }

  test('get the defaults of their schema, in a copy', () => {
    const inputs = {}
    expect(checkedOf(plan, { inputs }).spec.inputs).toEqual({ n: 3 })
    expect(inputs).toEqual({})
    expect(checkedOf(plan).spec.inputs).toEqual({ n: 3 })
  })
})

test('what was checked is taken again, unchanged, with the team that came of it', () => {
  const id = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'x y')
  const subtask = fc.record(
    {
      id,
      agentType: fc.constantFrom('echo', 'ann', 'nap'),
      priority: fc.constantFrom('low', 'high'),
      deadline: fc.constantFrom('+1h', '2027-01-01T00:00:00Z'),
      payload: fc.constantFrom({ ms: 1 }, { ms: { $from: 'inputs' } }),
      estimateMs: fc.nat(),
    },
    { requiredKeys: ['id', 'agentType', 'payload'] },
  )
  fc.assert(
    fc.property(fc.uniqueArray(subtask, { minLength: 1, selector: (one) => one.id }), (list) => {
      const subtasks = list.map((one, index) => ({
        ...one,
        dependsOn: list.slice(0, index % 3).map((earlier) => earlier.id),
      }))
      const first = checkedOf({ name: 'p', subtasks, agents: { nap: { use: 'wait' } } }, { team: TEAM })
      const wire = JSON.parse(JSON.stringify({ plan: first.plan, team: first.spec.team })) as typeof first & {
        team: typeof TEAM
      }
      const second = checkedOf(wire.plan, { team: wire.team, baseDirectory: '/another', now: NOW + 1_000 })
      expect(second).toEqual(first)
    }),
  )
})

describe('spawned subtasks', () => {
  const context = { agents: TEAM.agents, inputs: { n: 1 }, now: NOW }

  test('use short ids among themselves and come back with full ones', () => {
    const list = [
      { id: 'x', agentType: 'ann' },
      {
        id: 'y',
        agentType: 'bob',
        dependsOn: ['x'],
        payload: { of: { $from: 'x', path: '/k' }, n: { $from: 'inputs', path: '/n' } },
      },
    ]
    const { checked, problems } = checkSpawn('a/b', list, context)
    expect(problems).toEqual([])
    expect(checked!.subtasks.map(({ id, dependsOn, payload }) => ({ id, dependsOn, payload }))).toEqual([
      { id: 'a/b/x', dependsOn: [], payload: {} },
      {
        id: 'a/b/y',
        dependsOn: ['a/b/x'],
        payload: { of: { $from: 'a/b/x', path: '/k' }, n: { $from: 'inputs', path: '/n' } },
      },
    ])
    expect(checked!.nodes.map(({ id }) => id)).toEqual(['a/b/x', 'a/b/y'])
  })

  test('obey the rules of a plan, and know nobody outside', () => {
    const list = [
      { id: 'x', agentType: 'ann', dependsOn: ['x', 'plan-subtask'] },
      { id: 'x', agentType: 'nobody' },
    ]
    expect(checkSpawn('a', list, context).problems.map(({ path }) => path)).toEqual([
      'spawn[1].agentType',
      'spawn[1].id',
      'spawn[0].dependsOn[1]',
      'spawn[0].dependsOn',
    ])
  })
})
