// An open run that is told 100,000 events while five followers read along: in order, none lost, none twice.
import { cpus, totalmem } from 'node:os'
import { connect, type Troupe } from '../../src/index'
import { useTroupe } from '../support/troupe'

const EVENTS = Number(process.env['TROUPE_TEST_EVENTS'] ?? 100_000)
const FOLLOWERS = 5
/** Publishers at a time, each of which waits for Temporal's answer. */
const PUBLISHERS = 16

const test = useTroupe('events')

it(`keeps ${EVENTS} events in order for ${FOLLOWERS} followers`, async () => {
  await test.serve()
  const plan = { name: 'log', subtasks: [{ id: 'first', agentType: 'echo' }] }
  const run = await test.troupe.start(plan, { open: true })
  // Of a process each, as far as the client goes: nothing is shared between them
  const readers: Troupe[] = []
  for (let at = 0; at < FOLLOWERS; at++) {
    const { address, namespace, storeDirectory: store } = test
    readers.push(await connect({ address, namespace, store }))
  }
  const followed = readers.map(async (reader) => {
    const seen: { id: string; offset: number; number?: number }[] = []
    for await (const { id, offset, payload } of reader.run(run.id).events()) {
      const { number } = (payload ?? {}) as { number?: number }
      seen.push({ id, offset, ...(number === undefined ? {} : { number }) })
    }
    return seen
  })
  const began = Date.now()
  let next = 0
  const publish = async (): Promise<void> => {
    while (next < EVENTS) await run.publish({ type: 'note.added', payload: { number: next++ } })
  }
  await Promise.all(Array.from({ length: PUBLISHERS }, publish))
  const seconds = (Date.now() - began) / 1000
  await run.close()
  const { status } = await run.outcome()
  expect(status).toBe('succeeded')
  const logs = await Promise.all(followed)
  for (const log of logs) {
    expect(log.map(({ offset }) => offset)).toEqual(log.map((_, at) => at))
    expect(new Set(log.map(({ id }) => id)).size).toBe(log.length)
    expect(new Set(log.flatMap(({ number }) => number ?? [])).size).toBe(EVENTS)
    expect(log.map(({ id }) => id)).toEqual(logs[0]!.map(({ id }) => id))
  }
  for (const reader of readers) await reader.close()
  const machine = { cores: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version }
  process.stderr.write(
    `${JSON.stringify({ events: EVENTS, seconds, perSecond: Math.round(EVENTS / seconds), ...machine })}\n`,
  )
}, 3_600_000)
