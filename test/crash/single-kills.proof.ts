// The worker, or the server, killed with SIGKILL in the middle of a run. The run ends well, and nothing that had completed is
// executed again.
import { Killable } from './killable'
import { expectGoodEnd, plan, someCompleted } from './killed-plan'
import { markingTeam } from './marking-team'

const cast = new Killable()

jest.setTimeout(120_000)

beforeAll(() => cast.start())
beforeEach(() => cast.forget())
afterAll(() => cast.end())

it('goes on after its worker was killed and started again', async () => {
  await cast.startWorker()
  const run = await cast.troupe.start(plan(), { team: markingTeam })
  const completed = await someCompleted(run)
  await cast.killWorker()
  await cast.startWorker()
  await expectGoodEnd(cast, run, completed)
})

it('goes on after the Temporal server was killed and started again on its database', async () => {
  const run = await cast.troupe.start(plan(), { team: markingTeam })
  const followed: string[] = []
  const ended = (async () => {
    for await (const { id } of run.events()) followed.push(id)
  })()
  const completed = await someCompleted(run)
  await cast.restartServer()
  await expectGoodEnd(cast, run, completed)
  await ended
  // A follower that was there all the time has missed nothing
  expect([...followed].sort()).toEqual((await run.getEventLog()).map(({ id }) => id).sort())
})
