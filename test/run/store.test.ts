// A store that is out of reach for a while: the run waits for it, says so, and loses nothing. A worker with another store.
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, defineAgent, defineTeam } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('store')
const quick = defineAgent({
  name: 'quick',
  retry: { maximumAttempts: 20, initialIntervalMs: 100, maximumIntervalMs: 500 },
  run: () => 'done',
})
const fails = defineAgent({ name: 'fails', retry: { maximumAttempts: 1 }, run: () => Promise.reject(new Error('no')) })
const team = defineTeam({ name: 'keepers', agents: [quick, fails] })

it('keeps a run open while its store is gone, says why, and ends it well when the store is back', async () => {
  await test.serve(team)
  const plan = {
    name: 'lost',
    subtasks: [
      { id: 'a', agentType: 'wait', payload: { ms: 1_500 } },
      { id: 'b', agentType: 'quick', dependsOn: ['a'] },
    ],
  }
  const run = await test.troupe.start(plan, { team })
  for await (const event of run.events({ type: 'subtask.started' })) if (event.correlationId === 'a') break
  const away = `${test.storeDirectory}-away`
  renameSync(test.storeDirectory, away)
  let told = ''
  while (!told.includes('StoreUnavailable') && !told.includes('store')) {
    await sleep(300)
    const { pending } = await run.status()
    told = pending.map(({ lastFailure }) => lastFailure ?? '').join()
  }
  expect(told).toContain(test.storeDirectory)
  renameSync(away, test.storeDirectory)
  const { status, results } = await run.outcome()
  expect(status).toBe('succeeded')
  expect(results.b?.output).toBe('done')
})

it('refuses the work of a run whose store is another, naming both', async () => {
  const elsewhere = join(test.directory, 'another-store')
  const other = await connect({ address: test.address, namespace: test.namespace, store: elsewhere })
  const alien = defineAgent({ name: 'alien', retry: { maximumAttempts: 1 }, run: () => 'never' })
  const aliens = defineTeam({ name: 'aliens', agents: [alien] })
  await other.serve(aliens, { agents: ['alien'] })
  const run = await test.troupe.start(
    { name: 'foreign', subtasks: [{ id: 'a', agentType: 'alien' }] },
    { team: aliens },
  )
  const { results } = await run.outcome()
  expect(results.a?.error?.code).toBe('StoreMismatch')
  expect(results.a?.error?.message).toContain(test.storeDirectory)
  expect(results.a?.error?.message).toContain(elsewhere)
  await other.close()
})

it('tells the counts of a closed run without its store, however large its plan was', async () => {
  const rest = Array.from({ length: 1_999 }, (_, place) => ({
    id: `${'long-'.repeat(22)}${place}`,
    agentType: 'echo',
    dependsOn: ['root'],
  }))
  const plan = { name: 'large', subtasks: [{ id: 'root', agentType: 'fails' }, ...rest] }
  const run = await test.troupe.start(plan, { team })
  await run.closed()
  const elsewhere = join(test.directory, 'a-third-store')
  const other = await connect({ address: test.address, namespace: test.namespace, store: elsewhere })
  const { status, counts, notes } = await other.run(run.id).status()
  expect({ status, counts }).toMatchObject({ status: 'failed', counts: { failed: 1, skipped: 1_999 } })
  expect(notes.join()).toContain(test.storeDirectory)
  await other.close()
})

it('fails a run at once that a worker with another store is to prepare, naming both', async () => {
  const elsewhere = join(test.directory, 'starter-store')
  const other = await connect({ address: test.address, namespace: test.namespace, store: elsewhere })
  const run = await other.start({ name: 'strange', subtasks: [{ id: 'a', agentType: 'echo' }] })
  const { status, error } = await run.outcome()
  expect(status).toBe('failed')
  expect(error?.code).toBe('StoreMismatch')
  expect(error?.message).toContain(test.storeDirectory)
  expect(error?.message).toContain(elsewhere)
  await other.close()
})
