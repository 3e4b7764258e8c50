// Agents that would have a run for themselves: by many tasks at once, or by events without end.
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAgent, defineTeam, type SubTask } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('crowds')
const started: string[] = []

const crowd = defineAgent({
  name: 'crowd',
  maxConcurrency: 600,
  async run(_, { task }) {
    started.push(task.id)
    await sleep(1_500)
  },
})
const lone = defineAgent({ name: 'lone', run: (_, { task }) => void started.push(task.id) })
/** Would have its run terminated: 50 MB of history are what Temporal allows. */
const chatty = defineAgent({
  name: 'chatty',
  timeoutMs: 90_000,
  async run(_, { publish, signal }) {
    const payload = 'x'.repeat(16_000)
    while (!signal.aborted) await Promise.all(Array.from({ length: 20 }, () => publish('chunk.read', payload)))
  },
})
const team = defineTeam({ name: 'crowds', agents: [crowd, lone, chatty] })

beforeAll(() => test.serve(team))

const start = (subtasks: SubTask[]) => test.troupe.start({ name: 'crowds', subtasks }, { team })

it('lets an agent with few tasks have its turn beside one that fills the run', async () => {
  const many = Array.from({ length: 560 }, (_, place) => ({ id: `c${place}`, agentType: 'crowd' }))
  const run = await start([...many, { id: 'lone', agentType: 'lone' }])
  expect((await run.outcome()).status).toBe('succeeded')
  expect(started).toHaveLength(561)
  expect(started.indexOf('lone')).toBeLessThan(500)
}, 90_000)

it('stops an agent that publishes without end before its run has no room left, and the run keeps all that it did', async () => {
  const run = await start([
    { id: 'chatty', agentType: 'chatty' },
    { id: 'echo', agentType: 'echo', payload: 'kept' },
  ])
  const { status, results } = await run.outcome()
  expect(status).toBe('failed')
  expect(results['chatty']?.error).toMatchObject({ code: 'EventLimitExceeded', retryable: false })
  expect(results['echo']?.output).toBe('kept')
}, 110_000)
