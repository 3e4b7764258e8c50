// Reading runs when no worker lives: from the final document, and from Temporal's history.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { z } from 'zod'
import { connect, defineAgent, defineTeam, type AgentEvent, type Run } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('reading')
/** Reads answer within this, also if nobody lives to answer them. */
const READ_MS = 5_000

const spawner = defineAgent({
  name: 'spawner',
  run: (_, context) => context.spawn([{ id: 'child', agentType: 'echo', payload: { n: 2 } }]),
})
const fails = defineAgent({
  name: 'fails',
  retry: { maximumAttempts: 1 },
  run: () => Promise.reject(new Error('broken')),
})
const progressing = defineAgent({
  name: 'progressing',
  input: z.object({}),
  async run(_, { progress, signal }) {
    progress({ step: 'halfway' })
    await sleep(60_000, undefined, { signal })
  },
})
const absent = defineAgent({ name: 'absent', run: () => 'never' })
const team = defineTeam({ name: 'readers', agents: [spawner, fails, progressing, absent] })

async function within<Value>(read: () => Promise<Value>): Promise<Value> {
  const began = Date.now()
  const value = await read()
  expect(Date.now() - began).toBeLessThan(READ_MS)
  return value
}

const told = (events: AgentEvent[]) => events.map(({ id, type, payload, source }) => ({ id, type, payload, source }))

async function until(run: Run, type: string, subtask: string): Promise<void> {
  for await (const event of run.events({ type })) if (event.correlationId === subtask) return
}

it('reads a closed run from its document when no worker is alive', async () => {
  const worker = await test.serve(team)
  const big = 'y'.repeat(50_000)
  const plan = {
    name: 'closed',
    subtasks: [
      { id: 'bad', agentType: 'fails' },
      { id: 'after', agentType: 'echo', dependsOn: ['bad'] },
      { id: 'big', agentType: 'echo', payload: big },
      { id: 's', agentType: 'spawner' },
    ],
  }
  const run = await test.troupe.start(plan, { team })
  const outcome = await run.outcome()
  const events = await run.getEventLog()
  await worker.shutdown()
  const view = await within(() => run.status())
  expect(view).toMatchObject({ source: 'document', status: 'failed', counts: { succeeded: 3, failed: 1, skipped: 1 } })
  expect(view.subtasks.map(({ id }) => id)).toEqual(['bad', 'after', 'big', 's', 's/child'])
  expect((await within(() => run.task('big')))?.output).toBe(big)
  expect(await within(() => run.task('bad'))).toMatchObject({ error: { code: 'AgentFailed', message: 'broken' } })
  expect(await within(() => run.outcome())).toEqual(outcome)
  // It lasted from the workflow's start to its close
  const connection = await Connection.connect({ address: test.address })
  const { startTime, closeTime } = await new Client({ connection, namespace: test.namespace }).workflow
    .getHandle(run.id)
    .describe()
  await connection.close()
  expect(outcome.durationMs).toBe(closeTime!.getTime() - startTime.getTime())
  expect(told(await within(() => run.getEventLog()))).toEqual(told(events))
})

it('shows plain clients the result of every kind of end', async () => {
  const worker = await test.serve(team)
  const ends = await Promise.all([
    test.troupe.start({ name: 'good', subtasks: [{ id: 'a', agentType: 'echo' }] }, { team }),
    test.troupe.start({ name: 'bad', subtasks: [{ id: 'a', agentType: 'fails' }] }, { team }),
    test.troupe.start({ name: 'stopped', subtasks: [{ id: 'a', agentType: 'progressing' }] }, { team }),
  ])
  await until(ends[2], 'subtask.started', 'a')
  await ends[2].cancel()
  await Promise.all(ends.map((run) => run.closed()))
  await worker.shutdown()
  const connection = await Connection.connect({ address: test.address })
  const client = new Client({ connection, namespace: test.namespace })
  expect(await client.workflow.getHandle(ends[0].id).result()).toMatchObject({
    status: 'succeeded',
    results: { a: { success: true } },
  })
  const failure = await client.workflow
    .getHandle(ends[1].id)
    .result()
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({
    cause: { type: 'RunFailed', details: [{ status: 'failed', results: { a: { success: false } } }] },
  })
  const { memo, status } = await client.workflow.getHandle(ends[2].id).describe()
  expect(status.name).toMatch(/^CANCELL?ED$/)
  expect(memo).toMatchObject({ troupeResult: { status: 'cancelled', counts: { cancelled: 1 } } })
  await connection.close()
})

it('reads an open run from its history when no worker is alive, and says so', async () => {
  const worker = await test.serve(team)
  const plan = {
    name: 'open',
    subtasks: [
      { id: 'done', agentType: 'echo', payload: { n: 1 } },
      { id: 's', agentType: 'spawner' },
      { id: 'bad', agentType: 'fails' },
      { id: 'long', agentType: 'progressing', dependsOn: ['done'] },
      { id: 'last', agentType: 'echo', dependsOn: ['long'] },
    ],
  }
  const run = await test.troupe.start(plan, { team })
  await run.publish({ type: 'note', payload: 'hello', source: 'me' })
  await until(run, 'subtask.completed', 's')
  await until(run, 'subtask.started', 'long')
  while ((await run.status()).pending.find(({ subtask }) => subtask === 'long')?.progress === undefined)
    await sleep(200)
  const alive = await run.status()
  expect(alive).toMatchObject({ source: 'worker', status: 'running', notes: [] })
  expect(alive.pending).toMatchObject([
    { subtask: 'long', state: 'started', attempt: 1, progress: { step: 'halfway' } },
  ])
  const events = await run.getEventLog()
  await worker.shutdown()
  const dead = await within(() => run.status())
  expect(dead).toMatchObject({
    source: 'history',
    status: 'running',
    counts: { succeeded: 3, failed: 1, running: 1, waiting: 1 },
  })
  expect(dead.notes.join()).toContain('no worker answers on the task queue "troupe"')
  const fromHistory = await within(() => run.getEventLog())
  expect(told(fromHistory).slice(0, events.length)).toEqual(told(events))
  expect((await within(() => run.task('done')))?.output).toEqual({ n: 1 })
  expect(await within(() => run.task('long'))).toBeUndefined()
  await expect(run.task('lng')).rejects.toMatchObject({
    code: 'SubtaskNotFound',
    hint: expect.stringContaining('"long"') as string,
  })
  await run.cancel()
  expect((await within(() => run.status())).notes.join()).toContain('its cancellation was asked for')
})

it('names the agents that no worker serves', async () => {
  const worker = await test.troupe.serve([], {})
  const run = await test.troupe.start({ name: 'unserved', subtasks: [{ id: 'a', agentType: 'absent' }] }, { team })
  await until(run, 'subtask.started', 'a')
  // Workers of the tests before this one are remembered as pollers until they have left a task lying
  let { unserved } = await within(() => run.status())
  while (unserved.length === 0) ({ unserved } = await within(() => run.status()))
  expect(unserved).toEqual([{ agent: 'absent', taskQueue: 'agent.readers.absent', subtasks: ['a'] }])
  await run.cancel()
  await run.closed()
  await worker.shutdown()
})

it('reports what is wrong with an id, an address and a store', async () => {
  await expect(test.troupe.run('nowhere').status()).rejects.toMatchObject({ code: 'RunNotFound' })
  await expect(connect({ address: '127.0.0.1:1', store: test.storeDirectory })).rejects.toMatchObject({
    code: 'ConnectionFailed',
  })
  await expect(
    connect({ address: test.address, namespace: 'no-such', store: test.storeDirectory }),
  ).rejects.toMatchObject({ code: 'NamespaceNotFound' })
  await expect(
    connect({ address: test.address, namespace: test.namespace, store: '/dev/null/store' }),
  ).rejects.toMatchObject({ code: 'StoreUnavailable' })
  await expect(
    test.troupe
      .start({ name: 'x', subtasks: [{ id: 'a', agentType: 'echo' }] }, { id: 'unserved' })
      .then((run) => run.id),
  ).resolves.toBe('unserved')
  await expect(
    test.troupe.start({ name: 'x', subtasks: [{ id: 'a', agentType: 'echo' }] }, { id: 'unserved' }),
  ).rejects.toMatchObject({ code: 'RunAlreadyExists' })
})
