// Plans of whatever shape: checking one never throws, and what it takes is a graph that can be run.
import fc from 'fast-check'
import { definitionHash } from '../../src/definition-hash'
import { findCycles } from '../../src/contract/cycles'
import { checkPlan } from '../../src/contract/schema/check-plan'
import { NOW, TEAM } from './support/checking'

const settings = { team: TEAM, now: NOW, baseDirectory: '/plans', hash: definitionHash }

/** A plan in which nothing is wrong, with all that one may hold. */
const GOOD = {
  name: 'good',
  inputs: { type: 'object', properties: { n: { type: 'integer', default: 3 } } },
  agents: {
    nap: { use: 'wait', maxConcurrency: 8, retry: { maximumAttempts: 2 }, on: ['task.created'] },
    lint: { command: ['lint', '{{path}}'], cwd: 'tools', env: ['CI'], output: { type: 'object' }, timeoutMs: 500 },
  },
  subtasks: [
    { id: 'a', agentType: 'outline', payload: { topic: 'x' }, priority: 'high', deadline: '+10m', estimateMs: 5 },
    { id: '__proto__', type: 'write', dependsOn: ['a'], payload: [{ $from: 'a', path: '/points/0' }] },
    { id: 'constructor', agentType: 'nap', payload: { ms: { $from: 'inputs', path: '/n' } } },
    {
      id: 'each',
      agentType: 'echo',
      forEach: { from: 'a', path: '/points', maxInFlight: 2 },
      payload: [{ $element: '/x' }, { $from: 'inputs', path: '/n' }],
      when: [
        { from: 'a', path: '/title', equals: null },
        { from: 'inputs', in: [1] },
      ],
      onFailure: { fallback: 'lint' },
      runIf: 'any-succeeded',
    },
    { id: 'ask', agentType: 'human', payload: { prompt: { $from: 'each' }, output: { type: 'string' }, timeoutMs: 5 } },
    { id: 'last', agentType: 'lint', dependsOn: ['__proto__', 'constructor'], deadline: '2027-01-01T00:00:00Z' },
  ],
  onFailure: 'hold',
  reactions: [
    { id: 'r', on: 'task.created', where: { subtask: 'a' }, run: { type: 'write', payload: [{ $event: '/payload' }] } },
    { on: 'x', run: { agentType: 'human', payload: { prompt: { $event: '/type' } }, onFailure: { fallback: 'ann' } } },
  ],
}

type Change = { pick: number; how: 'replace' | 'remove' | 'add'; value: unknown }

const change: fc.Arbitrary<Change> = fc.record({
  pick: fc.nat(),
  how: fc.constantFrom('replace', 'remove', 'add'),
  value: fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, maxDepth: 2 }),
    // Fresh ones each time: what is put into a plan may be changed there
    fc
      .constantFrom<unknown>(
        ...[
          'a',
          'last',
          '__proto__',
          'inputs',
          'nap',
          'human',
          'hold',
          ['last'],
          { from: 'last' },
          { fallback: 'ann' },
        ],
        ...[{ $from: 'last' }, { $from: 'a', path: '/x' }, { $element: '' }, { $event: '/x' }, { prompt: 'x' }],
      )
      .map((value) => structuredClone(value)),
  ),
})

/** The plan with one of its values replaced or removed, or with a key more. */
function changed(plan: unknown, { pick, how, value }: Change): unknown {
  // A set, since an earlier change may have put a value into itself
  const found = new Set<Record<string, unknown>>()
  const visit = (inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null || found.has(inner as Record<string, unknown>)) return
    found.add(inner as Record<string, unknown>)
    Object.values(inner).forEach(visit)
  }
  visit(plan)
  const holders = [...found]
  const holder = holders[pick % holders.length]
  if (!holder) return value
  const keys = Object.keys(holder)
  const key = keys[pick % keys.length]
  if (how === 'add' && Array.isArray(holder)) holder.push(value)
  else if (how === 'add' || key === undefined)
    Object.defineProperty(holder, '__proto__', { value, enumerable: true, configurable: true, writable: true })
  else if (how === 'remove') delete holder[key]
  else holder[key] = value
  return plan
}

test('whatever comes in is refused with problems, or is a graph that can be run', () => {
  expect(checkPlan(GOOD, settings).problems).toEqual([])
  let [taken, refused] = [0, 0]
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.anything(), (changes, inputs) => {
      const plan = changes.reduce<unknown>(changed, structuredClone(GOOD))
      const { checked, problems } = checkPlan(plan, { ...settings, ...(changes.length > 2 ? { inputs } : {}) })
      for (const { path, message } of problems) expect([typeof path, message.length > 0]).toEqual(['string', true])
      expect(checked === undefined).toBe(problems.length > 0)
      if (!checked) return void refused++
      taken++
      expect(findCycles(checked.nodes.map(({ dependsOn }) => dependsOn))).toEqual([])
      expect(new Set(checked.nodes.map((node) => node.id)).size).toBe(checked.nodes.length)
      expect(checked.reactions.map(({ id }) => id)).toEqual(checked.spec.reactions.map(({ id }) => id))
      for (const node of checked.nodes) {
        const places = [...node.agents, ...(node.fallback === undefined ? [] : [node.fallback])]
        expect(places.every((place) => checked.agents[place] !== undefined)).toBe(true)
        if (node.deadline !== undefined) expect(Date.parse(node.deadline)).toBeGreaterThan(NOW)
      }
    }),
    { numRuns: 500 },
  )
  expect(Math.min(taken, refused)).toBeGreaterThan(10)
})

test('lists with holes, and values that are held in ever so many places, are refused', () => {
  const plan = (payload: unknown) => ({ name: 'p', subtasks: [{ id: 'a', agentType: 'echo', payload }] })
  const holes: unknown[] = ['x']
  holes[2] = 'y'
  expect(checkPlan(plan(holes), settings).problems).toEqual([
    { path: 'subtasks[0].payload[1]', message: 'undefined is no JSON value' },
  ])
  let doubled: unknown = {}
  for (let depth = 0; depth < 60; depth++) doubled = [doubled, doubled]
  expect(checkPlan(plan(doubled), settings).problems).toEqual([
    { path: '', message: 'more than 5000000 values', hint: 'put large values into artifacts' },
  ])
})

const two = (low: number, high: number) => fc.integer({ min: low, max: high }).map((n) => `${n}`.padStart(2, '0'))
const time = fc
  .tuple(
    fc.constantFrom('2027', '2026', '0000', '9999', '275761'),
    two(0, 13),
    two(0, 32),
    two(0, 25),
    two(0, 61),
    fc.constantFrom('', ':00', ':60', ':00.5', ':00.123456789'),
    fc.constantFrom('Z', '+00:00', '-23:59', '+24:00', ''),
  )
  .map(([year, month, day, hour, minute, second, zone]) => `${year}-${month}-${day}T${hour}:${minute}${second}${zone}`)
const relative = fc
  .tuple(fc.nat(), fc.constantFrom('ms', 's', 'm', 'h', 'd', 'y'))
  .map(([count, unit]) => `+${count}${unit}`)

test('a deadline of whatever date is taken as it is meant, or refused', () => {
  fc.assert(
    fc.property(fc.oneof(time, relative), (deadline) => {
      const { checked, problems } = checkPlan(
        { name: 'p', subtasks: [{ id: 'a', agentType: 'echo', deadline }] },
        settings,
      )
      expect(problems.every(({ path }) => path === 'subtasks[0].deadline')).toBe(true)
      const absolute = checked?.nodes[0]!.deadline
      if (absolute !== undefined && !deadline.startsWith('+')) expect(Date.parse(absolute)).toBe(Date.parse(deadline))
    }),
    { numRuns: 500 },
  )
})
