// A worker that does not know a run yet has it replayed, and that must come out as it was, whatever the run is told first.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { useTroupe } from '../support/troupe'

const test = useTroupe('cold')

it('has the log as it was handed out, and takes no change that comes too late', async () => {
  const before = await test.serve()
  const wait = (id: string, ms: number) => ({ id, agentType: 'wait', payload: { ms } })
  const run = await test.troupe.start({ name: 'cold', subtasks: [wait('a', 200), wait('b', 400)] }, { open: true })
  while ((await run.status()).counts.succeeded < 2) await sleep(50)
  const logged = await run.getEventLog()
  expect(logged.at(-1)).toMatchObject({ type: 'subtask.completed', correlationId: 'b' })
  await before.shutdown()

  await test.serve()
  const connection = await Connection.connect({ address: test.address })
  // Nothing is asked before: a query would have it replayed without the update
  const handle = new Client({ connection, namespace: test.namespace }).workflow.getHandle(run.id)
  const tooLate = handle.executeUpdate('cancelSubtask', { args: [{ taskId: 'b', version: 0, by: 'ada' }] })
  await expect(tooLate).rejects.toMatchObject({ cause: { type: 'ChangeRefused' } })
  await handle.executeUpdate('pause', { args: [{ by: 'ada' }] })
  await connection.close()
  const events = await run.getEventLog()
  expect(events.slice(0, logged.length)).toEqual(logged)
  expect(events.slice(logged.length)).toMatchObject([{ type: 'run.paused' }])
  await run.resume()
  await run.close()
  expect((await run.outcome()).status).toBe('succeeded')
})
