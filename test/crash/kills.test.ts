// Worker and server killed with SIGKILL in the middle of a run. The run ends well, and nothing that had completed is executed again.
// One of them alone: single-kills.proof.ts.
import { Killable } from './killable'
import { expectGoodEnd, plan, someCompleted } from './killed-plan'
import { markingTeam } from './marking-team'

const cast = new Killable()

jest.setTimeout(120_000)

beforeAll(() => cast.start())
beforeEach(() => cast.forget())
afterAll(() => cast.end())

it('goes on after both were killed', async () => {
  await cast.startWorker()
  const run = await cast.troupe.start(plan(), { team: markingTeam })
  const completed = await someCompleted(run)
  await cast.killAll()
  await expectGoodEnd(cast, run, completed)
})
