// What is done outside is done once, though the worker dies in the middle of it; where nobody knows, a person says it.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run, SubTask } from '../../src/index'
import { useTroupe } from '../support/troupe'
import { startTeamWorker } from '../support/typescript-process'
import { effectsTeam as team } from './support/effects-team'

const test = useTroupe('effects')
const marksFile = (): string => join(test.directory, 'marks')
const marks = (): string[] => readFileSync(marksFile(), 'utf8').split('\n').filter(Boolean).sort()

let serving: { shutdown(): Promise<void> } | undefined
const serve = async (): Promise<void> => void (serving = await test.serve(team))
// Or the next run's agents would kill these tests
afterEach(async () => serving?.shutdown())

/** Starts the run, and waits until its agents have killed their worker. */
async function killedBy(subtasks: SubTask[], options: object = {}): Promise<Run> {
  const { address, namespace, storeDirectory } = test
  const environment = { ADDRESS: address, NAMESPACE: namespace, TROUPE_STORE: storeDirectory }
  const worker = startTeamWorker('test/run/support/effects-team.ts', 'effectsTeam', environment)
  const gone = once(worker, 'exit')
  await once(worker.stdout!, 'data')
  const run = await test.troupe.start({ name: 'paying', ...options, subtasks }, { team })
  await gone
  return run
}

const pays = (id: string, die: string, more: object = {}): SubTask => ({
  id,
  agentType: 'pays-own',
  payload: { marks: marksFile(), die },
  ...more,
})
const ALL = ['first done', 'second done', 'third done']

it('goes on after a worker’s death between two effects', async () => {
  const run = await killedBy([pays('between', 'second')])
  await serve()
  expect((await run.outcome()).results).toMatchObject({ between: { output: ALL, attempt: 2 } })
  expect(marks()).toEqual(['between first', 'between second', 'between third'])
})

it('is a failure that names the effect where the worker died in it; a new run takes over what was done', async () => {
  const run = await killedBy([
    { id: 'within', agentType: 'pays-child', payload: { marks: marksFile(), die: 'second after' } },
    { id: 'after', agentType: 'echo', dependsOn: ['within'] },
  ])
  await serve()
  const failed = await run.outcome()
  expect(failed.results['within']).toMatchObject({
    attempt: 2,
    error: { code: 'UnknownOutcome', message: expect.stringContaining('"second" (key "once")') as string },
  })
  expect(marks()).toEqual(
    ['between', 'within'].flatMap((id) =>
      ['first', 'second', ...(id === 'between' ? ['third'] : [])].map((name) => `${id} ${name}`),
    ),
  )
  const { client } = test.troupe
  await expect(client.planRetry(run.id, {})).rejects.toMatchObject({
    code: 'RetryRefused',
    message: expect.stringContaining('"second" (key "once") of "within"') as string,
    hint: expect.stringContaining('--assume not-done') as string,
  })
  const listing = await client.planRetry(run.id, { assume: 'done' })
  expect(listing).toMatchObject({ done: [{ name: 'first' }, { name: 'second' }], notDone: [] })
  const other = await client.planRetry(run.id, { assume: 'not-done', from: 'within' })
  expect(other).toMatchObject({ done: [{ name: 'first' }], notDone: [{ name: 'second', key: 'once' }] })
  const again = await (await listing.begin()).outcome()
  // Nor by retries of retries, also where one in between did not run it
  const between = await client.retry(again.runId, { from: 'after' })
  await between.run.outcome()
  const last = await client.retry(between.run.id, { from: 'within' })
  expect(last.done).toHaveLength(3)
  expect((await last.run.outcome()).results['within']).toMatchObject({ output: ['first done', null, 'third done'] })
  expect(again.results['within']).toMatchObject({ output: ['first done', null, 'third done'] })
  expect(marks().filter((mark) => mark.startsWith('within'))).toEqual(['within first', 'within second', 'within third'])
})

it('is held where the plan says so, and goes on in place as a person says', async () => {
  const held = { onFailure: 'hold' as const }
  const run = await killedBy([pays('undone', 'first before', held)])
  await serve()
  while ((await run.status()).subtasks[0]!.state !== 'held') await new Promise((resolve) => setTimeout(resolve, 100))
  const { client } = test.troupe
  await expect(client.planRetry(run.id, {})).rejects.toMatchObject({ code: 'RetryRefused' })
  expect((await client.retry(run.id, { assume: 'not-done' })).notDone).toMatchObject([{ name: 'first', key: 'once' }])
  expect((await run.outcome()).results).toMatchObject({ undone: { output: ALL } })
  expect(marks().filter((mark) => mark.startsWith('undone'))).toEqual(['undone first', 'undone second', 'undone third'])
})
