// Maps, conditions and what references stand for on a real server: lists in order, bounds, failures as inputs, events as payloads.
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAgent, defineTeam, type Plan, type SubTask } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('maps')
let running = 0
let most = 0

const slow = defineAgent({
  name: 'slow',
  maxConcurrency: 20,
  async run(payload) {
    most = Math.max(most, ++running)
    await sleep(40)
    running--
    return payload
  },
})
const picky = defineAgent({
  name: 'picky',
  retry: { maximumAttempts: 1 },
  run(payload) {
    if (payload === 'bad') throw new Error('not this one')
    return payload
  },
})
const spawner = defineAgent({
  name: 'spawner',
  run(payload, context) {
    context.spawn([{ id: 'inner', agentType: 'echo', payload: { got: payload } }], { output: 'inner' })
  },
})
const publisher = defineAgent({
  name: 'publisher',
  run: (_, context) => context.publish('item.found', { size: 3, secret: { $from: 'inputs' } }),
})
const team = defineTeam({ name: 'mappers', agents: [slow, picky, spawner, publisher] })

beforeAll(() => test.serve(team))

const start = (subtasks: SubTask[], rest: Partial<Plan> = {}, inputs = {}) =>
  test.troupe.start({ name: 'maps', subtasks, ...rest }, { team, inputs })
const each = (id: string, agentType: string, from: string, rest: Partial<SubTask> = {}): SubTask => ({
  id,
  agentType,
  forEach: { from },
  ...rest,
})

it('makes one subtask for each element, so many at once, and joins their outputs in order', async () => {
  // Elements that look like references, or like elements, are data
  const items = [{ $from: 'nobody' }, { $element: '' }, 'text', null, [1, 2], ...Array.from({ length: 7 }, (_, n) => n)]
  const run = await start(
    [
      { id: 'list', agentType: 'echo', payload: { items: { $from: 'inputs', path: '/items' } } },
      {
        id: 'map',
        agentType: 'slow',
        forEach: { from: 'list', path: '/items', maxInFlight: 3 },
        payload: { it: { $element: '' }, all: { $from: 'inputs', path: '/name' } },
      },
      each('again', 'spawner', 'map', { payload: { $element: '/all' } }),
      each('none', 'slow', 'inputs', { forEach: { from: 'inputs', path: '/empty' } }),
      {
        id: 'last',
        agentType: 'echo',
        payload: {
          one: { $from: 'map', path: '/4/it/1' },
          of: { $from: 'again', path: '/2' },
          none: { $from: 'none' },
        },
      },
    ],
    {},
    { items, name: 'n', empty: [] },
  )
  const { results, counts } = await run.result()
  expect(most).toBe(3)
  expect(results.map?.output).toEqual(items.map((it) => ({ it, all: 'n' })))
  expect(results.again?.output).toEqual(items.map(() => ({ got: 'n' })))
  expect(results.none?.output).toEqual([])
  expect(results.last?.output).toEqual({ one: 2, of: { got: 'n' }, none: [] })
  expect(counts).toEqual({ succeeded: 5 + 12 + 24, failed: 0, skipped: 0, cancelled: 0 })
})

it('skips what a condition does not let run, with the reason, and hands failures on to those who want them', async () => {
  const run = await start(
    [
      { id: 'check', agentType: 'echo', payload: { passed: false } },
      { id: 'deploy', agentType: 'echo', when: [{ from: 'check', path: '/passed', equals: true }] },
      { id: 'repair', agentType: 'echo', when: [{ from: 'check', path: '/passed', notEquals: true }] },
      { id: 'after', agentType: 'echo', dependsOn: ['deploy'] },
      { id: 'fails', agentType: 'picky', payload: 'bad' },
      { id: 'report', agentType: 'echo', runIf: 'all-done', payload: { it: { $from: 'fails', path: '/no/matter' } } },
      { id: 'no-value', agentType: 'echo', runIf: 'all-done', when: [{ from: 'fails', exists: false }] },
      {
        id: 'each',
        agentType: 'echo',
        runIf: 'all-done',
        forEach: { from: 'inputs', path: '/items' },
        payload: [{ $element: '' }, { $from: 'fails' }, { $from: 'deploy' }],
      },
    ],
    {},
    { items: [1, 2] },
  )
  const { results, counts } = await run.outcome()
  expect(results.deploy).toMatchObject({
    status: 'skipped',
    error: { code: 'ConditionNotMet', message: expect.stringContaining('"/passed" is false, but must equal true') },
  })
  expect(results.after).toMatchObject({ status: 'skipped', error: { code: 'DependencyFailed' } })
  const failed = {
    taskId: 'fails',
    status: 'failed',
    success: false,
    error: { code: 'AgentFailed', message: 'not this one' },
  }
  const skipped = { taskId: 'deploy', status: 'skipped', success: false, error: { code: 'ConditionNotMet' } }
  expect(results.report?.output).toMatchObject({ it: failed })
  expect(results.each?.output).toMatchObject([1, 2].map((item) => [item, failed, skipped]))
  expect(counts).toEqual({ succeeded: 7, failed: 1, skipped: 2, cancelled: 0 })
})

it('has null for an element that was skipped, the given output for one that was replaced, and people for elements', async () => {
  const run = await start(
    [
      each('map', 'picky', 'inputs', { onFailure: 'hold' }),
      each('ask', 'human', 'inputs', { payload: { prompt: { $element: '' }, details: { $from: 'map' } } }),
      {
        id: 'gate',
        agentType: 'echo',
        payload: { $from: 'ask' },
        when: [{ from: 'ask', path: '/0/approved', equals: true }],
      },
    ],
    {},
    ['bad', 'good', 'bad'] as never,
  )
  await until(async () => (await run.status()).counts.held === 2)
  await run.resolve({ taskId: 'map/0', action: 'skip' })
  await run.resolve({ taskId: 'map/2', action: 'replace', output: 'mended' })
  await until(async () => (await run.status()).counts.asking === 3)
  // While it runs, its records tell the same
  expect((await run.task('map'))?.output).toEqual([null, 'good', 'mended'])
  await run.approve('ask/0', { by: 'ann' })
  await run.approve('ask/1', { by: 'ann' })
  await run.answer('ask/2', { own: true }, { by: 'bob' })
  const { results } = await run.result()
  expect(results.map?.output).toEqual([null, 'good', 'mended'])
  expect(results.gate?.output).toEqual([{ approved: true, by: 'ann' }, { approved: true, by: 'ann' }, { own: true }])
})

it('fails a map that has no list, and one of whose elements fails', async () => {
  const run = await start(
    [
      { id: 'text', agentType: 'echo', payload: { $from: 'inputs', path: '/name' } },
      each('odd', 'echo', 'text'),
      each('bad', 'picky', 'inputs', { forEach: { from: 'inputs', path: '/items' } }),
    ],
    {},
    { name: 'n', items: ['good', 'bad'] },
  )
  const { results } = await run.outcome()
  expect(results.odd).toMatchObject({ status: 'failed', error: { code: 'InvalidPayload' } })
  expect(results.bad).toMatchObject({ status: 'failed', error: { code: 'SpawnedSubtaskFailed' } })
  expect(results['bad/0']).toMatchObject({ status: 'succeeded', output: 'good' })
})

it('hands an event to the subtask that it starts, as it is', async () => {
  const reactions = [
    {
      id: 'on-large',
      on: 'item.found',
      where: { size: 3 },
      run: { agentType: 'echo', payload: { kept: { $event: '/payload' } } },
    },
    { id: 'on-any', on: 'item.found', run: { agentType: 'echo' } },
    { id: 'on-small', on: 'item.found', where: { size: 1 }, run: { agentType: 'echo' } },
  ]
  const run = await start([{ id: 'finder', agentType: 'publisher' }], { reactions })
  const { results, counts } = await run.result()
  const payload = { size: 3, secret: { $from: 'inputs' } }
  expect(results['on-large-1']?.output).toEqual({ kept: payload })
  expect(results['on-any-1']?.output).toMatchObject({ type: 'item.found', source: 'finder', payload })
  expect(counts.succeeded).toBe(3)
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50)
}
