// The control of a team is killed after it has written a pause down, and before it has told anybody.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAgent, defineTeam, type TroupeWorker } from '../../src/index'
import { startTypeScript } from '../support/typescript-process'
import { useTroupe } from '../support/troupe'

const test = useTroupe('control')
const begun: string[] = []
const draft = defineAgent({ name: 'draft', run: (_, { task }) => void begun.push(task.id) })
const team = defineTeam({ name: 'writers', agents: [draft] })

it('tells open runs when a worker is back', async () => {
  const { troupe, address, namespace, storeDirectory } = test
  const first: TroupeWorker = await test.serve(team)
  const subtasks = [
    { id: 'wait', agentType: 'wait', payload: { ms: 5_000 } },
    { id: 'draft', agentType: 'draft', dependsOn: ['wait'] },
  ]
  const run = await troupe.start({ name: 'waits', subtasks }, { team })
  while ((await run.status()).counts.running === 0) await sleep(50)
  await first.shutdown()

  const environment = { ADDRESS: address, NAMESPACE: namespace, TROUPE_STORE: storeDirectory }
  const taciturn = startTypeScript('test/crash/taciturn-worker.ts', { environment })
  await once(taciturn.stdout!, 'data')
  const { told } = await troupe.client.pauseAgent({ team: 'writers', agent: 'draft', by: 'ada' })
  expect(told).toBeUndefined()
  taciturn.kill('SIGKILL')
  await once(taciturn, 'exit')
  expect((await troupe.client.pausedAgents('writers')).agents).toHaveProperty('draft')

  await test.serve(team)
  while (!(await run.status()).pausedAgents?.['draft']) await sleep(100)
  while ((await run.status()).counts.succeeded === 0) await sleep(100)
  await sleep(500)
  expect(begun).toEqual([])
  expect((await run.status()).counts).toMatchObject({ ready: 1, running: 0 })

  await troupe.client.resumeAgent({ team: 'writers', agent: 'draft', by: 'ada' })
  expect((await run.outcome()).status).toBe('succeeded')
  expect(begun).toEqual(['draft'])
})
