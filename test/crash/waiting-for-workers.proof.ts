// Runs whose workers are dead or stand still, on a real server: each says so, and the command that it names, typed as it stands,
// lets it go on. Temporal remembers a worker for a while, hence the time that this takes.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadTeam } from '../../src/agents/load-team'
import { done, TypedCommands } from '../run/support/typed-commands'
import { state, until } from '../run/support/until-waiting'
import { SPINNERS, waitingTeam as team } from '../run/support/waiting-team'
import { useTroupe } from '../support/troupe'

const test = useTroupe('workers')
let typed: TypedCommands
const type = (command: string, environment?: NodeJS.ProcessEnv) => typed.type(command, environment)
beforeAll(() => {
  const { address, namespace, storeDirectory, directory } = test
  const file = join(directory, 'spinners.ts')
  writeFileSync(file, SPINNERS)
  typed = new TypedCommands(
    { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TROUPE_STORE: storeDirectory },
    file,
  )
})
afterEach(() => typed.end())

it('names that nobody carries on with a run, and an open one that has nothing to do', async () => {
  const plan = { name: 'alone', subtasks: [{ id: 'ask', agentType: 'human', payload: { prompt: 'Go on?' } }] }
  const run = await test.troupe.start(plan, { open: true })
  // Those who served before are remembered as living for a while, and do not answer
  const unheard = await until(run, { '': 'no-worker' })
  const first = type(unheard['']!.command!)
  await until(run, { ask: 'asking' })
  first.kill('SIGINT')
  await once(first, 'close')
  const { ask } = await until(run, { ask: 'no-worker' })
  expect(ask!.sentence).toContain('no worker runs that would take the answer')
  const second = done(type(ask!.command!))
  await done(type((await until(run, { ask: 'asking' }))['ask']!.command!))
  await state(run, 'ask', 'succeeded')
  const idle = await until(run, { '': 'events' })
  expect(idle['']!.sentence).toContain('open for events')
  await done(type(idle['']!.command!))
  expect((await run.outcome()).status).toBe('succeeded')
  await second
}, 120_000)

it('names a worker that stands still; once it has ended, another one takes the next attempt', async () => {
  await test.serve(team)
  const file = join(test.directory, 'spinners.ts')
  const worker = type(`troupe worker --team ${file} --agents spin`, { SPIN: 'yes' })
  const plan = { name: 'blocked', subtasks: [{ id: 'loop', agentType: 'spin' }] }
  const run = await test.troupe.start(plan, { team: await loadTeam(file) })
  const { loop } = await until(run, { loop: 'blocked' })
  expect(loop!.sentence).toContain(`its worker ${worker.pid}@`)
  expect(loop!.sentence).toContain("blocked by spin: give it isolation: 'process'")
  await done(type(loop!.command!))
  await done(type((await until(run, { loop: 'unserved' }))['loop']!.command!))
  expect((await run.outcome()).results).toMatchObject({ loop: { output: 'done' } })
}, 90_000)
