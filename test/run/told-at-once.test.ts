// Much that one process tells a run at once, on a real server: every change finds its version, a refusal stops nothing else.
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAgent, defineTeam, type Run, type SubTask } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('told')
let isBroken = true
const work = defineAgent({
  name: 'work',
  retry: { maximumAttempts: 1 },
  run: () => (isBroken ? Promise.reject(new Error('broken')) : Promise.resolve('done')),
})
const team = defineTeam({ name: 'told', agents: [work] })

beforeAll(() => test.serve(team))

const start = (subtasks: SubTask[], id?: string): Promise<Run> =>
  test.troupe.start({ name: 'told', subtasks }, { team, ...(id === undefined ? {} : { id }) })
const ask: SubTask = { id: 'ask', agentType: 'human', payload: { prompt: 'Go on?' } }

async function statesOf(run: Run): Promise<Record<string, string>> {
  const { subtasks } = await run.status()
  return Object.fromEntries(subtasks.map(({ id, state }) => [id, state]))
}

it('changes that name no version are all made, however many come at once, and people are heard in between', async () => {
  // A shell would take half of it for something else
  const run = await start([ask], '$(id) run')
  const added = Array.from({ length: 20 }, (_, n) => run.add([{ ...ask, id: `more-${n}` }]))
  while ((await statesOf(run)).ask !== 'asking') await sleep(50)
  await run.approve('ask')
  const versions = (await Promise.all(added)).map(({ version }) => version)
  expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
  await run.cancel()
  await run.outcome()
  await expect(run.approve('more-1')).rejects.toMatchObject({
    code: 'RunNotFound',
    hint: "troupe result '$(id) run' shows what it left",
  })
})

it('what can be tried again is, where something else that is held cannot', async () => {
  const hold = { agentType: 'work', onFailure: 'hold' } as const
  const late = { ...hold, id: 'late', deadline: new Date(Date.now() + 1_500).toISOString() }
  const run = await start([{ ...hold, id: 'first' }, late, { ...hold, id: 'last' }])
  while (Object.values(await statesOf(run)).some((state) => state !== 'held')) await sleep(50)
  await sleep(Math.max(0, Date.parse(late.deadline) - Date.now()))
  isBroken = false
  await expect(test.troupe.client.retry(run.id)).rejects.toMatchObject({
    code: 'ChangeRefused',
    message: expect.stringMatching(/^2 of 3 are tried again; 1 refused: .*"late"/) as string,
    hint: 'change its deadline first',
  })
  while (Object.values(await statesOf(run)).filter((state) => state === 'succeeded').length < 2) await sleep(50)
  expect(await statesOf(run)).toEqual({ first: 'succeeded', late: 'held', last: 'succeeded' })
  await run.cancel()
  await run.outcome()
})
