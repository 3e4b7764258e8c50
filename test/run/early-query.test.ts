// A run that is asked for its status while its plan is being checked: the answers end workflow tasks in the middle of that, and
// a replay may have the check's outcome a task earlier. A worker that comes to know the run later must repeat it all the same.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { replayHistories } from '../../src/hosting/replay'
import { useTroupe } from '../support/troupe'

const test = useTroupe('early-query')
const QUERIES = 30

it.each(['asked', 'asked and told'])('a run that is %s early is replayed as it was', async (how) => {
  const run = await test.troupe.start({ name: 'early', subtasks: [{ id: 'a', agentType: 'echo' }] })
  const connection = await Connection.connect({ address: test.address })
  const handle = new Client({ connection, namespace: test.namespace }).workflow.getHandle(run.id)
  const ask = (): Promise<unknown> => {
    const answer = handle.query('status')
    answer.catch(() => undefined)
    return answer
  }
  const asked = Array.from({ length: QUERIES }, ask)
  const told: Promise<unknown>[] = []
  const tell = (update: string) =>
    told.push(handle.executeUpdate(update, { args: [{ by: 'ann' }] }).catch(() => 'it had ended'))
  await sleep(200)
  const serving = test.serve()
  for (let count = 0; count < QUERIES; count++) {
    asked.push(ask())
    if (how === 'asked and told') {
      await handle.signal('publish', { type: 'told.early', payload: count })
      tell(count % 2 === 0 ? 'pause' : 'resume')
    }
    await sleep(10)
  }
  const worker = await serving
  await Promise.all(told)
  if (how === 'asked and told') await run.resume().catch(() => undefined)
  expect((await run.outcome()).status).toBe('succeeded')
  // Now and then the server forgets one that waits
  await Promise.any(asked)
  await worker.shutdown()
  const history = await handle.fetchHistory()
  await connection.close()
  const replayed = replayHistories([{ workflowId: run.id, runId: run.id, history }], { store: test.troupe.store })
  for await (const one of replayed) expect(one).toMatchObject({ ok: true })
})
