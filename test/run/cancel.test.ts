// Cancelling a run on a real server: what is in flight is told within two seconds, what waits never starts.
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAgent, defineTeam } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('cancel')
const aborted: number[] = []
const reasons = new Set<string>()

const runner = defineAgent({
  name: 'runner',
  maxConcurrency: 100,
  async run(_, { signal }) {
    try {
      await sleep(60_000, undefined, { signal })
    } catch (error) {
      aborted.push(Date.now())
      reasons.add((signal.reason as { code: string }).code)
      throw error
    }
  },
})
/** Ignores its signal for good. */
const deaf = defineAgent({ name: 'deaf', run: () => new Promise(() => undefined) })
const team = defineTeam({ name: 'cancellable', agents: [runner, deaf] })

beforeAll(() => test.serve(team))

it('aborts the signals of 100 running agents within 2 s', async () => {
  const running = Array.from({ length: 100 }, (_, index) => ({ id: `r${index}`, agentType: 'runner' }))
  const run = await test.troupe.start(
    { name: 'cancels', subtasks: [...running, { id: 'after', agentType: 'echo', dependsOn: ['r0'] }] },
    { team },
  )
  let pending = 0
  while (pending < 100) {
    const report = await run.status()
    pending = report.pending.filter(({ state }) => state === 'started').length
    await sleep(100)
  }
  const cancelledAt = Date.now()
  await run.cancel()
  const { status, counts } = await run.outcome()
  expect(status).toBe('cancelled')
  expect(counts).toEqual({ succeeded: 0, failed: 0, skipped: 0, cancelled: 101 })
  expect(aborted).toHaveLength(100)
  expect([...reasons]).toEqual(['Cancelled'])
  expect(Math.max(...aborted) - cancelledAt).toBeLessThan(2_000)
})

it('ends also if an agent ignores its signal', async () => {
  const run = await test.troupe.start(
    {
      name: 'cancels',
      subtasks: [
        { id: 'deaf', agentType: 'deaf' },
        { id: 'quick', agentType: 'echo' },
      ],
    },
    { team },
  )
  for await (const event of run.events({ type: 'subtask.completed' })) if (event.correlationId === 'quick') break
  await run.cancel()
  const { status, results } = await run.outcome()
  expect(status).toBe('cancelled')
  expect(results.deaf?.status).toBe('cancelled')
  expect(results.quick).toMatchObject({ status: 'succeeded', success: true })
})
