// What comes to a run in a shape that nobody sends on purpose.
import { Client, Connection } from '@temporalio/client'
import { defineAgent, defineTeam } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('corners')
const quick = defineAgent({ name: 'quick', run: () => 'done' })
const team = defineTeam({ name: 'corners', agents: [quick] })

async function plainClient(): Promise<Client> {
  const { address, namespace } = test
  return new Client({ connection: await Connection.connect({ address }), namespace })
}

it('updates of a wrong shape are refused, also before the plan was checked, and the run goes on', async () => {
  const client = await plainClient()
  const subtasks = [{ id: 'ask', agentType: 'human', payload: { prompt: 'now?' } }]
  const run = await test.troupe.start({ name: 'asks', subtasks }, { team })
  const handle = client.workflow.getHandle(run.id)
  const by = 'ann'
  const told: [string, unknown][] = [
    ['decide', { by, requestId: 'x', approved: true }],
    ['decide', { by, requestId: 'x', approved: true, taskId: null }],
    ['decide', { by, requestId: 'x', approved: true, taskId: { toString: 1 } }],
    ['resolve', { by, action: 'skip', taskId: 7 }],
    ['resolve', { by, action: 'skip' }],
    ['change', { by, version: 0, taskId: { toString: 1 } }],
    ['cancelSubtask', { by, version: 0, taskId: { toString: 1 } }],
    ['cancelSubtask', { by, version: 0 }],
    ['add', { by, version: 0, subtasks: [null, { id: 5 }, 'x'] }],
    ['change', { by, version: 0, taskId: 'ask', payload: { $from: 7 }, priority: [], deadline: {}, agentType: 3 }],
    ['change', { by, version: 0, taskId: '__proto__', payload: 1 }],
    ['pause', null],
    ['close', 'now'],
  ]
  const send = ([name, input]: [string, unknown]): Promise<unknown> =>
    handle.executeUpdate(name, { args: [input] }).then(
      (answer) => `${name} answered ${JSON.stringify(answer)}`,
      (error: Error) => (error.cause as { type?: string } | undefined)?.type ?? error.message,
    )
  const early = Promise.all(told.map(send))
  const worker = await test.serve(team)
  const refused = /^(InvalidInput|DecisionRefused|SubtaskNotFound|ChangeRefused)$/
  for (const [at, answer] of (await early).entries())
    expect([told[at], answer]).toEqual([told[at], expect.stringMatching(refused)])
  for await (const { type } of run.events()) if (type === 'person.asked') break
  for (const one of told) expect([one, await send(one)]).toEqual([one, expect.stringMatching(refused)])
  await run.approve('ask', { by })
  expect((await run.outcome()).status).toBe('succeeded')
  await worker.shutdown()
  await client.connection.close()
}, 40_000)
