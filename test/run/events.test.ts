// The event log on a real server: ordered, complete, followed by many at no cost to the history.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { z } from 'zod'
import { defineAgent, defineTeam, type AgentEvent } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('events')

const speaker = defineAgent({
  name: 'speaker',
  input: z.object({ words: z.array(z.string()) }),
  async run({ words }, { publish }) {
    for (const word of words) await publish('word.said', { word })
  },
})
const hasty = defineAgent({
  name: 'hasty',
  run: (_: unknown, { publish }) => {
    for (let n = 0; n < 250; n++) void publish('word.said', n)
  },
})
/** Publishes without waiting, one of them what no log takes, and fails. */
const fails = defineAgent({
  name: 'fails',
  retry: { maximumAttempts: 1 },
  run: (_: unknown, { publish }) => {
    void publish('')
    for (let n = 0; n < 250; n++) void publish('word.said', n)
    throw new Error('after all')
  },
})
const team = defineTeam({ name: 'talkers', agents: [speaker, hasty, fails] })

beforeAll(() => test.serve(team))

const longRun = () =>
  test.troupe.start({ name: 'open', subtasks: [{ id: 'w', agentType: 'wait', payload: { ms: 3_600_000 } }] }, { team })

async function historyLength(id: string): Promise<number> {
  const connection = await Connection.connect({ address: test.address })
  const { historyLength: length } = await new Client({ connection, namespace: test.namespace }).workflow
    .getHandle(id)
    .describe()
  await connection.close()
  return length
}

/** The length once sealing has ended: unchanged for a second. */
async function quietHistory(id: string): Promise<number> {
  for (let last = -1; ; await sleep(1_000)) {
    const length = await historyLength(id)
    if (length === last) return length
    last = length
  }
}

it('logs every transition of a run, in order, with the subtask as correlation id', async () => {
  const run = await test.troupe.start(
    {
      name: 'two',
      subtasks: [
        { id: 'a', agentType: 'echo' },
        { id: 'b', agentType: 'speaker', payload: { words: ['hi'] }, dependsOn: ['a'] },
      ],
    },
    { team },
  )
  await run.outcome()
  const events = await run.getEventLog()
  expect(events.map(({ type, correlationId }) => `${type} ${correlationId ?? ''}`.trim())).toEqual([
    'run.started',
    'task.created a',
    'task.created b',
    'subtask.started a',
    'subtask.completed a',
    'subtask.started b',
    'word.said b',
    'subtask.completed b',
    'run.completed',
  ])
  expect(events.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  expect(events[6]).toMatchObject({ source: 'b', payload: { word: 'hi' } })
  expect(await run.getEventLog({ type: 'word.said' })).toHaveLength(1)
  expect(await run.getEventLog({ after: 6 })).toHaveLength(2)
  expect(await run.getEventLog({ since: events[4]!.timestamp, limit: 1 })).toHaveLength(1)
})

it('has what an agent published without waiting for it, in order, before the end of its subtask', async () => {
  const run = await test.troupe.start({ name: 'hasty', subtasks: [{ id: 'a', agentType: 'hasty' }] }, { team })
  await run.outcome()
  const events = await run.getEventLog()
  const said = events.filter(({ type }) => type === 'word.said')
  expect(said.map(({ payload }) => payload)).toEqual(Array.from({ length: 250 }, (_, n) => n))
  expect(events.slice(-2).map(({ type }) => type)).toEqual(['subtask.completed', 'run.completed'])
})

it('has it also where the agent failed then, and a refusal that nobody waits for ends no worker', async () => {
  const run = await test.troupe.start({ name: 'fails', subtasks: [{ id: 'a', agentType: 'fails' }] }, { team })
  expect((await run.outcome()).results).toMatchObject({ a: { error: { message: 'after all' } } })
  const types = (await run.getEventLog()).map(({ type }) => type)
  expect(types.slice(-252)).toEqual([...Array<string>(250).fill('word.said'), 'subtask.failed', 'run.failed'])
})

it('gives 2,000 published events to three followers: none lost, none twice, in order, and the history grows only by them', async () => {
  const run = await longRun()
  const follow = async (): Promise<AgentEvent[]> => {
    const seen: AgentEvent[] = []
    for await (const event of run.events({ type: 'tick' })) if (seen.push(event) === 2_000) break
    return seen
  }
  const other = test.troupe.run(run.id)
  const viaHandler: AgentEvent[] = []
  const unsubscribe = other.subscribe('tick', (event) => void viaHandler.push(event))
  const followers = [follow(), follow()]
  for (let first = 0; first < 2_000; first += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        run.publish({ type: 'tick', payload: { n: first + index }, source: 'test' }),
      ),
    )
  }
  const [one, two] = await Promise.all(followers)
  while (viaHandler.length < 2_000) await sleep(50)
  unsubscribe()
  const offsets = one!.map(({ offset }) => offset)
  expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
  expect(new Set(offsets).size).toBe(2_000)
  expect(new Set(one!.map(({ payload }) => (payload as { n: number }).n)).size).toBe(2_000)
  expect(two).toEqual(one)
  expect(viaHandler).toEqual(one)
  // Followers add nothing: the history stands still while they read everything again
  const before = await quietHistory(run.id)
  expect(await run.getEventLog({ type: 'tick' })).toEqual(one)
  for await (const event of run.events({ type: 'tick' })) if (event.id === one!.at(-1)!.id) break
  // A run that looks for a quiet moment now and then, as `npm run test:continue` makes it, has timers of its own
  const own = process.env['TROUPE_TEST_CONTINUE_AFTER_EVENTS'] ? 10 : 0
  expect(await historyLength(run.id)).toBeLessThanOrEqual(before + own)
  await run.cancel()
  await run.outcome()
  expect(await run.getEventLog({ type: 'tick' })).toEqual(one)
})

it('ends every follower when the run has closed, late ones too', async () => {
  const run = await test.troupe.start({ name: 'short', subtasks: [{ id: 'a', agentType: 'echo' }] })
  const types: string[] = []
  for await (const { type } of run.events()) types.push(type)
  expect(types.at(-1)).toBe('run.completed')
  const again: string[] = []
  for await (const { type } of test.troupe.run(run.id).events()) again.push(type)
  expect(again).toEqual(types)
})

it('goes on after a failing handler, and stops after unsubscribe', async () => {
  const run = await longRun()
  const seen: unknown[] = []
  const errors: unknown[] = []
  const off = run.subscribe(
    'ping',
    ({ payload }) => {
      seen.push(payload)
      if (seen.length === 1) throw new Error('handler')
    },
    (error) => errors.push(error),
  )
  await run.publish({ type: 'ping', payload: 1 })
  await run.publish({ type: 'ping', payload: 2 })
  while (seen.length < 2) await sleep(50)
  off()
  await run.publish({ type: 'ping', payload: 3 })
  await sleep(500)
  expect(seen).toEqual([1, 2])
  expect(errors).toHaveLength(1)
  await run.cancel()
  await run.closed()
})

it('refuses what the log would not take, and says so in the log for plain signals', async () => {
  const run = await longRun()
  expect(() => run.events({ since: 'yesterday' })).toThrow('"yesterday" is no time')
  await expect(run.getEventLog({ since: 'yesterday' })).rejects.toMatchObject({ code: 'InvalidInput' })
  await expect(run.publish({ type: '' })).rejects.toMatchObject({ code: 'InvalidInput' })
  await expect(run.publish({ type: 'big', payload: 'x'.repeat(20_000) })).rejects.toMatchObject({
    code: 'InvalidInput',
    message: expect.stringContaining('16384') as string,
  })
  await expect(run.publish({ type: 'forged', source: 'orchestrator' })).rejects.toMatchObject({ code: 'InvalidInput' })
  const connection = await Connection.connect({ address: test.address })
  const plain = new Client({ connection, namespace: test.namespace }).workflow.getHandle(run.id)
  await plain.signal('publish', { type: 7 })
  await plain.signal('publish', [{ type: 'listed' }, { type: 8 }])
  await connection.close()
  const refused: unknown[] = []
  for await (const { payload } of run.events({ type: 'event.refused', limit: 2 })) refused.push(payload)
  expect(refused).toEqual([7, 8].map((type) => ({ reason: expect.stringMatching(` this is ${type}$`) as string })))
  expect(await run.getEventLog({ type: 'listed' })).toHaveLength(1)
  await run.cancel()
  await run.closed()
  await expect(run.publish({ type: 'late' })).rejects.toMatchObject({ code: 'RunNotFound' })
})
