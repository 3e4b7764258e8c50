// Processes killed with SIGKILL in the middle of a run: the worker, the server, both. The run ends well, and nothing that
// had completed is executed again.
import type { Run, SubTask } from '../../src/index'
import { Killable } from './killable'
import { markingTeam } from './marking-team'

const cast = new Killable()

jest.setTimeout(120_000)

beforeAll(() => cast.start())
beforeEach(() => cast.forget())
afterAll(() => cast.end())

/** Three chains of eight and their join. */
function plan(): { name: string; subtasks: SubTask[] } {
  const chains = ['a', 'b', 'c'].flatMap((chain) =>
    Array.from({ length: 8 }, (_, index) => ({
      id: `${chain}${index}`,
      agentType: 'mark',
      payload: { ms: 250 },
      dependsOn: index === 0 ? [] : [`${chain}${index - 1}`],
    })),
  )
  return {
    name: 'killed',
    subtasks: [
      ...chains,
      {
        id: 'join',
        agentType: 'mark',
        payload: { ms: 10, after: [{ $from: 'a7' }, { $from: 'b7' }, { $from: 'c7' }] },
      },
    ],
  }
}

/** Waits until some have completed, and tells which; the run is then in full swing. */
async function someCompleted(run: Run): Promise<string[]> {
  const completed: string[] = []
  for await (const event of run.events({ type: 'subtask.completed' }))
    if (completed.push(event.correlationId!) === 8) break
  return completed
}

async function expectGoodEnd(run: Run, completed: string[]): Promise<void> {
  const { status, counts } = await run.outcome()
  expect(status).toBe('succeeded')
  expect(counts.succeeded).toBe(25)
  for (const id of completed) expect([id, cast.begun(id)]).toEqual([id, 1])
  for (const { id } of plan().subtasks) expect(cast.begun(id)).toBeGreaterThan(0)
}

it('goes on after its worker was killed and started again', async () => {
  await cast.startWorker()
  const run = await cast.troupe.start(plan(), { team: markingTeam })
  const completed = await someCompleted(run)
  await cast.killWorker()
  await cast.startWorker()
  await expectGoodEnd(run, completed)
})

it('goes on after the Temporal server was killed and started again on its database', async () => {
  const run = await cast.troupe.start(plan(), { team: markingTeam })
  const followed: string[] = []
  const ended = (async () => {
    for await (const { id } of run.events()) followed.push(id)
  })()
  const completed = await someCompleted(run)
  await cast.restartServer()
  await expectGoodEnd(run, completed)
  await ended
  // A follower that was there all the time has missed nothing
  expect([...followed].sort()).toEqual((await run.getEventLog()).map(({ id }) => id).sort())
})

it('goes on after both were killed', async () => {
  const run = await cast.troupe.start(plan(), { team: markingTeam })
  const completed = await someCompleted(run)
  await cast.killAll()
  await expectGoodEnd(run, completed)
})
