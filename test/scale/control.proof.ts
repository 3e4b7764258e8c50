// A team's control that is told so much that it continues as new: no word is lost, and the last one counts everywhere.
import { useTroupe } from '../support/troupe'
import { controlWorkflowId } from '../../src/contract/names'

const TURNS = 150
const AT_ONCE = 4

const test = useTroupe('control-scale')

it(`takes ${TURNS * AT_ONCE} pauses and resumptions over several links`, async () => {
  await test.serve()
  const { client } = test.troupe
  const plan = { name: 'told', subtasks: [{ id: 'asked', agentType: 'human', payload: { prompt: 'Well?' } }] }
  const run = await test.troupe.start(plan)
  const { team } = await run.status()
  const versions = new Set<number>()
  const tell = async (place: number): Promise<void> => {
    const pause = { team, agent: `agent-${place}`, by: 'ada' }
    const { version } = await (place % 2 === 0 ? client.pauseAgent(pause) : client.resumeAgent(pause))
    versions.add(version)
  }
  for (let turn = 0; turn < TURNS; turn++) await Promise.all(Array.from({ length: AT_ONCE }, (_, place) => tell(place)))
  expect(versions.size).toBe(TURNS * AT_ONCE)
  const { agents } = await client.pausedAgents(team)
  expect(Object.keys(agents).sort()).toEqual(['agent-0', 'agent-2'])
  expect((await run.status()).pausedAgents).toEqual(agents)
  let links = 0
  for await (const _ of client.histories(controlWorkflowId(team))) links++
  expect(links).toBeGreaterThan(1)
  await run.approve('asked')
  expect((await run.outcome()).status).toBe('succeeded')
}, 300_000)
