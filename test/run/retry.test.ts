// Retries on a real server: only what must runs again, everything else is taken over, and the old run stays as it was.
import { defineAgent, defineTeam, type Run, type SubTask } from '../../src/index'
import { openFileStore } from '../../src/storage/file-store'
import { useTroupe } from '../support/troupe'

const test = useTroupe('retry')
/** Each execution by its subtask, and the subtasks that fail. */
const calls: string[] = []
const broken = new Set<string>()

const once = { maximumAttempts: 1 }
const work = defineAgent({
  name: 'work',
  retry: once,
  async run(payload, { task, step }) {
    calls.push(task.id)
    await step('charge', () => Promise.resolve(1))
    if (broken.has(task.id)) throw new Error('broken')
    return { by: 'work', payload }
  },
})
const other = defineAgent({
  name: 'other',
  retry: once,
  run(payload, { task }) {
    calls.push(`${task.id} by other`)
    return { by: 'other', payload }
  },
})
/** Spawns a → b, and c. */
const boss = defineAgent({
  name: 'boss',
  run(_, { task, spawn }) {
    calls.push(task.id)
    spawn([
      { id: 'a', agentType: 'work', payload: { n: 1 } },
      { id: 'b', agentType: 'work', payload: { a: { $from: 'a' } } },
      { id: 'c', agentType: 'work' },
    ])
    return 'own'
  },
})
const team = defineTeam({ name: 'retries', agents: [work, other, boss] })

beforeAll(() => test.serve(team))
beforeEach(() => {
  calls.length = 0
  broken.clear()
})

const diamond = (b: unknown = {}): SubTask[] => [
  { id: 'a', agentType: 'work' },
  { id: 'b', agentType: 'work', dependsOn: ['a'], payload: b },
  { id: 'c', agentType: 'work', dependsOn: ['a'] },
  { id: 'd', agentType: 'work', payload: { b: { $from: 'b', path: '/payload' }, c: { $from: 'c', path: '/by' } } },
]
const start = (subtasks: SubTask[]): Promise<Run> => test.troupe.start({ name: 'again', subtasks }, { team })
/** What has been executed since the last time that it was asked. */
const executed = (): string[] => calls.splice(0).sort()

/** All that Temporal and the store hold of a run, links to its retries aside; the server gives maps in any order. */
async function traces(run: Run): Promise<unknown> {
  const store = await openFileStore({ directory: test.storeDirectory, writable: false })
  // But for who repeats it, and that none of its executions acts any more
  const names = (await store.records.list(`runs/${run.id}/`)).filter((name) => !/\/(retries|fences)\//.test(name))
  const records = await Promise.all(names.map(async (name) => [name, await store.records.read(name)]))
  const histories: unknown[] = []
  for await (const { history } of test.troupe.client.histories(run.id)) histories.push(history)
  return JSON.parse(JSON.stringify([histories, records]))
}

it('repeats a failed run: only what failed and what follows runs again; the old run stays as it was, and each names the other', async () => {
  broken.add('b')
  const old = await start(diamond())
  expect((await old.outcome()).counts).toMatchObject({ succeeded: 2, failed: 1, skipped: 1 })
  expect(executed()).toEqual(['a', 'b', 'c'])
  const before = await traces(old)
  broken.clear()

  const { run, again, reused, inPlace } = await test.troupe.client.retry(old.id)
  expect([inPlace, reused]).toEqual([false, ['a', 'c']])
  const effects = [{ kind: 'step', name: 'charge', times: 1 }]
  expect(again).toEqual([
    { id: 'b', agent: 'work', because: 'it failed', attempts: 1, effects },
    { id: 'd', agent: 'work', because: 'it depends on "b"', attempts: 0, effects: [] },
  ])
  const { results, counts, tokensUsed } = await run.result()
  expect(executed()).toEqual(['b', 'd'])
  expect([counts.succeeded, tokensUsed]).toEqual([4, 0])
  expect(results['a']?.output).toEqual({ by: 'work', payload: {} })
  expect(results['d']?.output).toEqual({ by: 'work', payload: { b: {}, c: 'work' } })

  const status = await run.status()
  expect(status.retryOf).toBe(old.id)
  expect(status.subtasks.map(({ id, reused: taken }) => [id, taken])).toEqual([
    ['a', true],
    ['b', undefined],
    ['c', true],
    ['d', undefined],
  ])
  expect((await old.status()).retriedBy).toEqual([run.id])
  expect(await traces(old)).toEqual(before)
  // Nothing is left to do, neither there nor in the second run of that id
  await expect(test.troupe.client.retry(run.id)).rejects.toMatchObject({ code: 'RetryRefused' })
  await expect(test.troupe.client.retry(old.id, { id: run.id })).rejects.toMatchObject({ code: 'RunAlreadyExists' })
})

it('starts from a subtask of a diamond, with another payload and another agent; a retry can be retried', async () => {
  const { run: first } = await test.troupe.client.retry((await finished(diamond())).id, {
    ...{ from: 'b', payload: { other: 1 }, agent: 'other', id: 'again-chosen' },
  })
  const { results } = await first.result()
  expect(executed()).toEqual(['b by other', 'd'])
  expect(results['d']?.output).toEqual({ by: 'work', payload: { b: { other: 1 }, c: 'work' } })
  const { run: second, again } = await test.troupe.client.retry(first.id, { from: 'd' })
  expect(again.map(({ id }) => id)).toEqual(['d'])
  expect((await second.result()).results['d']?.output).toEqual(results['d']?.output)
  expect(executed()).toEqual(['d'])
  const refused = (options: object) => expect(test.troupe.client.planRetry(first.id, options)).rejects.toMatchObject
  await refused({ from: 'e' })({ code: 'SubtaskNotFound' })
  await refused({ payload: {} })({ code: 'InvalidUsage' })
  await refused({ from: 'b', agent: 'othr' })({ code: 'InvalidPlan' })
})

it('under a map runs the elements that failed, or the one that is named, and what depends on the map', async () => {
  const plan: SubTask[] = [
    { id: 'list', agentType: 'echo', payload: ['x', 'y', 'z'] },
    { id: 'map', agentType: 'work', forEach: { from: 'list' } },
    { id: 'all', agentType: 'echo', payload: { $from: 'map', path: '/1/payload' } },
  ]
  broken.add('map/1')
  const old = await start(plan)
  expect((await old.outcome()).status).toBe('failed')
  broken.clear()
  executed()
  const { run, reused } = await test.troupe.client.retry(old.id)
  expect(reused).toEqual(['list', 'map', 'map/0', 'map/2'])
  expect((await run.result()).results['all']?.output).toBe('y')
  expect(executed()).toEqual(['map/1'])
  const named = await test.troupe.client.retry(run.id, { from: 'map/1', payload: 'w' })
  expect((await named.run.result()).results['all']?.output).toBe('w')
  expect(executed()).toEqual(['map/1'])
  expect((await named.run.result()).results['map']?.output).toHaveLength(3)
})

it('inside a spawn runs what follows there and what depends on the spawner, which is not executed again', async () => {
  const plan: SubTask[] = [
    { id: 'boss', agentType: 'boss' },
    { id: 'end', agentType: 'work', dependsOn: ['boss'] },
  ]
  broken.add('boss/b')
  const old = await start(plan)
  expect((await old.outcome()).counts).toMatchObject({ succeeded: 2, failed: 2, skipped: 1 })
  broken.clear()
  executed()
  const { run } = await test.troupe.client.retry(old.id)
  const { results } = await run.result()
  expect(executed()).toEqual(['boss/b', 'end'])
  expect([results['boss']?.output, results['boss/b']?.output]).toEqual([
    'own',
    { by: 'work', payload: { a: { by: 'work', payload: { n: 1 } } } },
  ])
  const changed = await test.troupe.client.retry(run.id, { from: 'boss/a', payload: { n: 2 }, agent: 'other' })
  expect(changed.reused).toEqual(['boss', 'boss/c'])
  expect((await changed.run.result()).results['boss/b']?.output).toMatchObject({
    payload: { a: { payload: { n: 2 } } },
  })
  expect(executed()).toEqual(['boss/a by other', 'boss/b', 'end'])
  const anew = await test.troupe.client.retry(run.id, { from: 'boss' })
  await anew.run.result()
  expect(executed()).toEqual(['boss', 'boss/a', 'boss/b', 'boss/c', 'end'])
})

it('with another plan or team takes over what did not change', async () => {
  const old = await finished(diamond())
  const { client } = test.troupe
  const plan = { name: 'again', subtasks: [...diamond({ x: 1 }), { id: 'e', agentType: 'work', dependsOn: ['c'] }] }
  const { again } = await client.planRetry(old.id, { plan })
  expect(again.map(({ id, because }) => `${id}: ${because}`)).toEqual([
    'b: payload changed',
    'd: it depends on "b"',
    'e: it is new',
  ])
  const { run } = await client.retry(old.id, { plan })
  expect((await run.result()).counts.succeeded).toBe(5)
  expect(executed()).toEqual(['b', 'd', 'e'])
  const { spec } = await client.startedWith(old.id)
  const newer = spec.team.agents.map((agent) => (agent.name === 'work' ? { ...agent, version: '2.0.0' } : agent))
  const listing = await client.planRetry(old.id, { team: { ...spec.team, agents: newer } })
  expect(listing.again[0]).toMatchObject({ id: 'a', because: 'agents (work 1.0.0 → work 2.0.0) changed' })
  expect(listing.reused).toEqual([])
})

it('takes over what people decided and what was added and changed live, and repeats a plan as it stood at its end', async () => {
  const old = await start([
    { id: 'ask', agentType: 'human', payload: { prompt: 'Go on?' } },
    { id: 'held', agentType: 'work', dependsOn: ['ask'] },
  ])
  await old.change('held', { payload: { changed: 1 } })
  await old.add([{ id: 'added', agentType: 'work', payload: { $from: 'held' } }])
  broken.add('added')
  await until(old, 'ask', 'asking')
  await old.approve('ask', { by: 'ann' })
  expect((await old.outcome()).counts).toMatchObject({ succeeded: 2, failed: 1 })
  broken.clear()
  executed()
  const { run, reused } = await test.troupe.client.retry(old.id)
  expect(reused).toEqual(['ask', 'held'])
  const { results } = await run.result()
  expect(executed()).toEqual(['added'])
  expect(results['added']?.output).toEqual({ by: 'work', payload: { by: 'work', payload: { changed: 1 } } })
  expect(results['ask']?.output).toMatchObject({ approved: true, by: 'ann' })
})

it('tries again in place what an open run holds, and nothing else there', async () => {
  broken.add('b').add('c')
  const run = await test.troupe.start({ name: 'again', onFailure: 'hold', subtasks: diamond() }, { team })
  const { client } = test.troupe
  await until(run, 'b', 'held')
  await until(run, 'c', 'held')
  await expect(client.retry(run.id, { from: 'a' })).rejects.toMatchObject({
    code: 'RetryRefused',
    message: '"a" is not held, it is succeeded: the run has not ended',
    hint: expect.stringContaining('it holds "b", "c"') as string,
  })
  await expect(client.retry(run.id, { payload: {} })).rejects.toMatchObject({ code: 'InvalidUsage' })
  await expect(client.retry(run.id, { id: 'x' })).rejects.toMatchObject({ code: 'InvalidUsage' })
  executed()
  const one = await client.retry(run.id, { from: 'b', payload: { fixed: true }, agent: 'other' })
  expect(one).toMatchObject({ inPlace: true, reused: [], again: [{ id: 'b', because: 'it is held', attempts: 1 }] })
  await until(run, 'b', 'succeeded')
  broken.clear()
  const rest = await client.retry(run.id)
  expect([rest.run.id, rest.again.map(({ id }) => id)]).toEqual([run.id, ['c']])
  expect((await run.result()).results['d']?.output).toEqual({ by: 'work', payload: { b: { fixed: true }, c: 'work' } })
  expect(executed()).toEqual(['b by other', 'c', 'd'])
})

async function finished(subtasks: SubTask[]): Promise<Run> {
  const run = await start(subtasks)
  await run.result()
  executed()
  return run
}

/** Waits until a subtask is in a state. */
async function until(run: Run, id: string, state: string): Promise<void> {
  const end = Date.now() + 30_000
  for (;;) {
    const row = (await run.status()).subtasks.find((one) => one.id === id)
    if (row?.state === state) return
    if (Date.now() > end) throw new Error(`${id} is ${row?.state}, not ${state}`)
    await new Promise((next) => setTimeout(next, 50))
  }
}
