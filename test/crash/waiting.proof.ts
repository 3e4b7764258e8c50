// Worker and server killed with SIGKILL while a run waits: for people, in a pause, in a backoff, and as it continues as new.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run, SubTask } from '../../src/index'
import { Killable } from './killable'
import { markingTeam } from './marking-team'

const cast = new Killable({ TROUPE_CONTINUE_AFTER_EVENTS: '60' })

jest.setTimeout(180_000)

beforeAll(() => cast.start())
afterAll(() => cast.end())

const subtasks: SubTask[] = [
  { id: 'done', agentType: 'mark', payload: { ms: 1 } },
  { id: 'person', agentType: 'human', payload: { prompt: 'Go on?' }, dependsOn: ['done'] },
  { id: 'late', agentType: 'human', payload: { prompt: 'Anybody?', timeoutMs: 15_000, onTimeout: 'approve' } },
  { id: 'again', agentType: 'stubborn' },
  { id: 'held', agentType: 'broken', onFailure: 'hold' },
  { id: 'last', agentType: 'mark', payload: { ms: 1 }, dependsOn: ['person', 'late', 'again', 'held'] },
]

it('waits on after everything was killed, and forgets nothing', async () => {
  await cast.startWorker()
  const run = await cast.troupe.start({ name: 'waits', subtasks }, { team: markingTeam })
  await standing(run, { person: 'asking', late: 'asking', held: 'held' })
  await until(() => cast.begun('again') === 1)
  await cast.killAll()

  await run.pause({ by: 'anna' })
  await run.approve('person', { by: 'anna' })
  await run.resolve({ taskId: 'held', action: 'replace', output: 'by hand', by: 'anna' })
  await cast.killAll()
  await standing(run, { person: 'succeeded', held: 'succeeded', again: 'succeeded', late: 'succeeded' })
  const paused = await run.status()
  expect(paused.paused).toMatchObject({ by: 'anna' })
  expect(paused.subtasks.find(({ id }) => id === 'last')).toMatchObject({ state: 'ready' })

  // Events drive it into the next link, and its worker is killed the moment that this one has begun
  const first = await linkOf(run)
  for (let number = 0; (await linkOf(run)) === first; number++)
    await run.publish({ type: 'note.added', payload: { number } })
  await cast.killAll()
  expect((await run.status()).paused).toMatchObject({ by: 'anna' })

  await run.resume({ by: 'anna' })
  const { status, results } = await run.outcome()
  expect(status).toBe('succeeded')
  expect(results['person']!.output).toEqual({ approved: true, by: 'anna' })
  expect(results['late']!.output).toEqual({ approved: true, by: 'timeout' })
  expect(results['held']!.output).toBe('by hand')
  expect({ done: cast.begun('done'), held: cast.begun('held'), last: cast.begun('last') }).toEqual({
    done: 1,
    held: 1,
    last: 1,
  })
  const events = await run.getEventLog()
  expect(events.map(({ offset }) => offset)).toEqual(events.map((_, at) => at))
  const notes = events
    .filter(({ type }) => type === 'note.added')
    .map(({ payload }) => (payload as { number: number }).number)
  expect(notes).toEqual(notes.map((_, at) => at))
})

/** Waits until subtasks are in these states. */
async function standing(run: Run, states: Record<string, string>): Promise<void> {
  await until(async () => {
    const { subtasks } = await run.status()
    return Object.entries(states).every(([id, state]) => subtasks.find((row) => row.id === id)?.state === state)
  })
}

/** The run id of its newest link. */
async function linkOf(run: Run): Promise<string> {
  const { Client, Connection } = await import('@temporalio/client')
  const connection = await Connection.connect({ address: cast.server.address })
  const { runId } = await new Client({ connection }).workflow.getHandle(run.id).describe()
  await connection.close()
  return runId
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; !(await condition()); attempt++) {
    if (attempt === 300) throw new Error('it did not come to that')
    await sleep(200)
  }
}
