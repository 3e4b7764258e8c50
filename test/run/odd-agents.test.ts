// Agents and callers that do what nobody expects, on a real server: none may hold up, hang or lose a run.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { defineAgent, defineTeam, TroupeError, type SubTask } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('odd-agents')
const once = { maximumAttempts: 1 }
const refusals: unknown[] = []

/** Its question is never answered for a task that is named "hangs". */
const undecided = defineAgent({ name: 'undecided', timeoutMs: 300, maxConcurrency: 1, retry: once, run: () => 'done' })
undecided.canHandle = ({ id }) => (id === 'hangs' ? new Promise<boolean>(() => undefined) : true)
const circle: Record<string, unknown> = {}
circle['self'] = circle
const reports = defineAgent({
  name: 'reports',
  retry: once,
  async run(_, { progress }) {
    progress(circle as never)
    await sleep(1_200)
    progress('x'.repeat(3 * 1024 * 1024))
    await sleep(1_200)
    return 'done'
  },
})
const verbose = defineAgent({
  name: 'verbose',
  run: () => {
    throw new TroupeError('InvalidInput', 'no', { hint: 'h'.repeat(1024 * 1024) })
  },
})
const sleeper = defineAgent({ name: 'sleeper', run: (_, { signal }) => sleep(60_000, 'slept', { signal }) })
/** Goes on after it has returned, until it is refused. */
const loiterer = defineAgent({
  name: 'loiterer',
  run(_, { publish }) {
    const loiter = async (): Promise<void> => {
      for (;;) await publish('still.here', null).then(() => sleep(20))
    }
    const loitering = loiter()
    loitering.catch((error: unknown) => refusals.push(error))
    return 'done'
  },
})
const team = defineTeam({ name: 'odd', agents: [undecided, reports, verbose, sleeper, loiterer] })

let client: Client
let connection: Connection
beforeAll(async () => {
  await test.serve(team)
  connection = await Connection.connect({ address: test.address })
  client = new Client({ connection, namespace: test.namespace })
})
afterAll(() => connection.close())

const start = (subtasks: SubTask[]) => test.troupe.start({ name: 'odd', subtasks }, { team })

it('gives up an agent that never says whether it takes a task, and its slot is free again', async () => {
  const run = await start([
    { id: 'hangs', agentType: 'undecided', priority: 'high' },
    { id: 'next', agentType: 'undecided' },
  ])
  const { results } = await run.outcome()
  expect(results['hangs']).toMatchObject({ status: 'failed', error: { code: 'Timeout' } })
  expect(results['next']).toMatchObject({ status: 'succeeded', output: 'done' })
})

it('shows a progress that is no JSON or far too large as well as it can, and goes on', async () => {
  const run = await start([{ id: 'reports', agentType: 'reports' }])
  const seen = new Set<string>()
  const ended = run.outcome()
  const over = ended.then(() => true)
  while (!(await Promise.race([over, sleep(200, false)]))) {
    for (const { progress } of (await run.status()).pending) if (typeof progress === 'string') seen.add(progress)
  }
  expect((await ended).results['reports']).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect([...seen].some((progress) => progress.startsWith('progress that cannot be JSON'))).toBe(true)
  expect([...seen].every((progress) => progress.length <= 1_001)).toBe(true)
})

it('publishes nothing more for an agent that has returned', async () => {
  const run = await start([
    { id: 'loiterer', agentType: 'loiterer' },
    { id: 'other', agentType: 'wait', payload: { ms: 600 } },
  ])
  await run.outcome()
  const told = await run.getEventLog()
  // Published before it returned, though it did not wait for that
  expect(told.filter(({ type }) => type === 'still.here')).toHaveLength(1)
  expect(refusals).toEqual([expect.objectContaining({ code: 'Cancelled' })])
})

it('cuts a hint that would not fit', async () => {
  const { results } = await (await start([{ id: 'verbose', agentType: 'verbose' }])).outcome()
  expect(results['verbose']?.error).toMatchObject({ code: 'InvalidInput', message: 'no' })
  expect(results['verbose']!.error!.hint!.length).toBeLessThanOrEqual(500)
})

it('ends a run that was told something nested deeper than a stack', async () => {
  const run = await start([{ id: 'echo', agentType: 'wait', payload: { ms: 300 } }])
  // Written by hand: neither our client nor JSON.stringify would take it
  const data = Buffer.from(`{"type":"deep","payload":${'['.repeat(7_500)}${']'.repeat(7_500)}}`)
  await client.connection.workflowService.signalWorkflowExecution({
    namespace: test.namespace,
    workflowExecution: { workflowId: run.id },
    signalName: 'publish',
    input: { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data }] },
  })
  expect((await run.outcome()).status).toBe('succeeded')
  const [refused] = await run.getEventLog({ type: 'event.refused' })
  expect(refused?.payload).toEqual({ reason: expect.stringContaining('100 levels') as string })
})

it('serves an inline agent once when two plans that declare it are started together', async () => {
  const plan = {
    name: 'twins',
    agents: { nap: { use: 'wait', maxConcurrency: 2 } },
    subtasks: [{ id: 'a', agentType: 'nap', payload: { ms: 1 } }],
  }
  const runs = await Promise.all([test.troupe.start(plan), test.troupe.start(plan), test.troupe.start(plan)])
  const ends = await Promise.all(runs.map((run) => run.outcome()))
  expect(ends.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded'])
})

it('says so when the run of a submitted task was terminated, instead of returning nothing', async () => {
  const submitted = test.troupe.submit(sleeper, {}, { id: 'terminated' })
  const refusal = expect(submitted).rejects.toMatchObject({ code: 'Cancelled', outcome: { status: 'cancelled' } })
  const handle = client.workflow.getHandle('terminated')
  while (!(await handle.describe().catch(() => undefined))) await sleep(50)
  await handle.terminate('for the test')
  await refusal
})
