// Structured spawn on a real server: joined before dependents, nested, failing inside, cancelled inside, bounded.
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineAgent, defineTeam, type SubTask } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('spawn')
const order: string[] = []

const note = defineAgent({
  name: 'note',
  async run(_, { task }) {
    await sleep(30)
    order.push(task.id)
    return task.id
  },
})
const fails = defineAgent({ name: 'fails', retry: { maximumAttempts: 1 }, run: () => Promise.reject(new Error('no')) })
const sleeper = defineAgent({ name: 'sleeper', run: (_, { signal }) => sleep(60_000, 'slept', { signal }) })
/** Spawns what its payload lists. */
const boss = defineAgent({
  name: 'boss',
  input: z.object({ spawn: z.array(z.custom<SubTask>()) }),
  run({ spawn }, context) {
    context.spawn(spawn)
    return 'own'
  },
})
const adder = defineAgent({
  name: 'adder',
  run: (_, context) => {
    const sum = { a: { $from: 'a', path: '/n' }, input: { $from: 'inputs', path: '/k' } }
    context.spawn([{ id: 'a', agentType: 'echo', payload: { n: 1 } }])
    context.spawn([{ id: 'sum', agentType: 'echo', payload: sum }], { output: 'sum' })
  },
})
const endless = defineAgent({
  name: 'endless',
  run: (_, context) => context.spawn([{ id: 'again', agentType: 'endless' }]),
})
const flood = defineAgent({
  name: 'flood',
  run: (_, context) =>
    context.spawn(Array.from({ length: 2_000 }, (_, index) => ({ id: `f${index}`, agentType: 'note' }))),
})
const team = defineTeam({ name: 'bosses', agents: [note, fails, sleeper, boss, adder, endless, flood] })

beforeAll(() => test.serve(team))
beforeEach(() => order.splice(0))

const spawning = (id: string, spawn: SubTask[]): SubTask => ({ id, agentType: 'boss', payload: { spawn } })
const start = (subtasks: SubTask[]) => test.troupe.start({ name: 'spawns', subtasks }, { team, maxSubtasks: 2_000 })

it('joins what was spawned before the dependents run', async () => {
  const run = await start([
    spawning('boss', [
      { id: 'a', agentType: 'note' },
      { id: 'b', agentType: 'note', dependsOn: ['a'] },
    ]),
    { id: 'last', agentType: 'note', dependsOn: ['boss'] },
  ])
  const { results, counts } = await run.result()
  expect(order).toEqual(['boss/a', 'boss/b', 'last'])
  expect(results.boss?.output).toBe('own')
  expect(counts.succeeded).toBe(4)
})

it('resolves references among the spawned, and lets one of them be the output', async () => {
  const subtasks = [
    { id: 'adder', agentType: 'adder' },
    { id: 'after', agentType: 'echo', payload: { $from: 'adder' } },
  ]
  const run = await test.troupe.start({ name: 'spawns', subtasks }, { team, inputs: { k: 'v' } })
  const { results } = await run.result()
  expect(results.adder?.output).toEqual({ a: 1, input: 'v' })
  expect(results.after?.output).toEqual({ a: 1, input: 'v' })
})

it('joins three levels', async () => {
  const deepest = [{ id: 'leaf', agentType: 'note' }]
  const run = await start([
    spawning('x', [spawning('y', [spawning('z', deepest)])]),
    { id: 'last', agentType: 'note', dependsOn: ['x'] },
  ])
  const { counts } = await run.result()
  expect(order).toEqual(['x/y/z/leaf', 'last'])
  expect(counts.succeeded).toBe(5)
})

it('fails with what it spawned, skips its dependents, and lets the siblings end', async () => {
  const run = await start([
    spawning('boss', [
      { id: 'bad', agentType: 'fails' },
      { id: 'after-bad', agentType: 'note', dependsOn: ['bad'] },
      { id: 'good', agentType: 'note' },
    ]),
    { id: 'last', agentType: 'note', dependsOn: ['boss'] },
    { id: 'free', agentType: 'note' },
  ])
  const { results, counts } = await run.outcome()
  expect(counts).toEqual({ succeeded: 2, failed: 2, skipped: 2, cancelled: 0 })
  expect(results.boss?.error).toMatchObject({
    code: 'SpawnedSubtaskFailed',
    message: expect.stringContaining('"boss/bad" failed') as string,
  })
  expect(results.last?.status).toBe('skipped')
})

it('cancels what was spawned with the run', async () => {
  const run = await start([
    spawning('boss', [{ id: 'sleeps', agentType: 'sleeper' }]),
    { id: 'last', agentType: 'note', dependsOn: ['boss'] },
  ])
  for await (const event of run.events({ type: 'subtask.started' })) if (event.correlationId === 'boss/sleeps') break
  await run.cancel()
  const { status, results } = await run.outcome()
  expect(status).toBe('cancelled')
  expect(Object.values(results).map((result) => result.status)).toEqual(['cancelled', 'cancelled', 'cancelled'])
})

it('bounds depth and number with a coded failure', async () => {
  const run = await start([
    { id: 'deep', agentType: 'endless' },
    { id: 'wide', agentType: 'flood' },
    { id: 'free', agentType: 'note' },
  ])
  const { results } = await run.outcome()
  const deepest = Object.values(results).find(
    (result) => result.error?.code === 'SpawnLimitExceeded' && result.taskId.startsWith('deep'),
  )
  expect(deepest?.taskId.split('/')).toHaveLength(9)
  expect(deepest?.error?.message).toContain('8 levels')
  expect(results.wide?.error).toMatchObject({
    code: 'SpawnLimitExceeded',
    message: expect.stringContaining('2000') as string,
  })
  expect(results.free?.success).toBe(true)
})

it('refuses spawned subtasks by the rules of plans', async () => {
  const run = await start([
    spawning('boss', [
      { id: 'a', agentType: 'note', dependsOn: ['b'] },
      { id: 'b', agentType: 'notte', dependsOn: ['a'] },
    ]),
  ])
  const { results } = await run.outcome()
  expect(results.boss?.error?.code).toBe('InvalidSpawn')
  expect(results.boss?.error?.message).toMatch(/unknown agent "notte".*cycle: a → b → a/)
})
