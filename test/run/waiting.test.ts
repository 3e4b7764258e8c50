// Why is it waiting? Each reason on a real server: the sentence names what it waits for, and the command that it names, typed
// as it stands, lets it go on. Those that are about dead or blocked workers: test/crash/waiting-for-workers.proof.ts.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection, type WorkflowExecutionDescription } from '@temporalio/client'
import { connect, openFileStore, type Store, type Troupe, type WaitingReason } from '../../src/index'
import { useTroupe } from '../support/troupe'
import { done, TypedCommands } from './support/typed-commands'
import { PATIENCE_MS, until } from './support/until-waiting'
import { closeGate, opening, openGate, SPINNERS, waitingTeam as team } from './support/waiting-team'

const test = useTroupe('waiting')
/** What the store is asked for and is not to answer yet. */
let held: { pattern: RegExp; until: Promise<void> } | undefined
let host: Troupe
let typed: TypedCommands
const type = (command: string, environment?: NodeJS.ProcessEnv) => typed.type(command, environment)
beforeAll(() => {
  const team = join(test.directory, 'spinners.ts')
  writeFileSync(team, SPINNERS)
  typed = new TypedCommands(
    {
      TEMPORAL_ADDRESS: test.address,
      TEMPORAL_NAMESPACE: test.namespace,
      TROUPE_STORE: test.storeDirectory,
    },
    team,
  )
})
beforeEach(async () => {
  closeGate()
  host = await connect({ address: test.address, namespace: test.namespace, store: await slowStore() })
})
afterEach(async () => {
  openGate()
  held = undefined
  await host.close()
  await typed.end()
})

/** The test's store, which keeps questions waiting that match `held`. */
async function slowStore(): Promise<Store> {
  const { identity, artifacts, records } = await openFileStore({ directory: test.storeDirectory })
  const pass = async (name: string): Promise<void> => {
    if (held?.pattern.test(name)) await held.until
  }
  return {
    identity,
    artifacts,
    records: {
      create: async (name, value) => pass(name).then(() => records.create(name, value)),
      read: async (name) => records.read(name),
      list: async (prefix) => pass(prefix).then(() => records.list(prefix)),
    },
  }
}

it('names people, failures, agents that nobody serves, and what depends on them; their commands let them go on', async () => {
  await host.serve(team)
  const run = await test.troupe.start(
    {
      name: 'people',
      agents: { hello: { command: ['echo', 'hello'] } },
      subtasks: [
        { id: 'ask', agentType: 'human', payload: { prompt: 'Ship it?' } },
        { id: 'pick', agentType: 'human', payload: { prompt: 'Which?', choices: ["it's red", 'blue'] } },
        { id: 'middle', agentType: 'echo', dependsOn: ['ask'] },
        { id: 'after', agentType: 'echo', dependsOn: ['middle'] },
        { id: 'broken', agentType: 'broken', onFailure: 'hold' },
        { id: 'spawner', agentType: 'spawner' },
        { id: 'lost', agentType: 'hello' },
      ],
    },
    { team },
  )
  const reasons = await until(run, {
    ask: 'asking',
    pick: 'asking',
    after: 'dependencies',
    broken: 'held',
    spawner: 'joining',
    'spawner/child': 'asking',
    lost: 'unserved',
  })
  expect(reasons['after']).toMatchObject({
    sentence: 'waits for middle (waiting); ask: a person is asked: Ship it?',
    blocker: 'ask',
    command: reasons['ask']!.command,
  })
  expect(reasons['broken']!.sentence).toContain('AgentFailed: no paper')
  expect(reasons['spawner']).toMatchObject({
    sentence: 'waits for what it spawned: 0 of 1 done; spawner/child: a person is asked: Child?',
    blocker: 'spawner/child',
  })
  expect(reasons['lost']!.sentence).toMatch(/^no worker serves agent\.waiters\.hello\./)
  const attached = done(type(reasons['lost']!.command!))
  // Without a terminal nobody can be asked
  const commands = ['after', 'pick', 'spawner'].map((subtask) => reasons[subtask]!.command!)
  await Promise.all([...commands, `${reasons['broken']!.command!} --yes`].map((command) => done(type(command))))
  const { results } = await run.result()
  expect(results).toMatchObject({
    pick: { output: "it's red" },
    after: { success: true },
    broken: { output: 'printed' },
    spawner: { success: true },
    lost: { success: true },
  })
  await attached
}, 90_000)

it('names a slot and the place in line, a map, a busy worker, and a retry until when; they go on by themselves', async () => {
  await host.serve(team)
  const plan = {
    name: 'slots',
    subtasks: [
      ...['one', 'two', 'three'].map((id) => ({ id, agentType: 'slow' })),
      { id: 'map', agentType: 'part', forEach: { from: 'inputs', path: '/list', maxInFlight: 1 } },
      { id: 'flaky', agentType: 'flaky' },
    ],
  }
  const run = await test.troupe.start(plan, { team, inputs: { list: [1, 2] } })
  const reasons = await until(run, { one: 'running', two: 'slot', three: 'slot', 'map/1': 'map', flaky: 'retrying' })
  expect(reasons['two']!.sentence).toBe('waits for a slot of slow: 1 of 1 in use, place 1 of 2 in line')
  expect(reasons['three']!.sentence).toContain('place 2 of 2 in line')
  expect(reasons['map']!.sentence).toBe('waits for what it spawned: 0 of 2 done')
  expect(reasons['flaky']!.sentence).toMatch(/^attempt 2 at \d\d:\d\d:\d\d, in \d s: no route$/)
  expect(Date.parse(reasons['flaky']!.until!)).toBeGreaterThan(Date.now() - 1_000)
  // Another run has no slot either, and its worker is there
  const other = await test.troupe.start({ name: 'queued', subtasks: [{ id: 'a', agentType: 'slow' }] }, { team })
  expect((await until(other, { a: 'queued' }))['a']!.sentence).toBe('waits for a free worker')
  openGate()
  expect((await run.outcome()).status).toBe('succeeded')
  expect((await other.outcome()).status).toBe('succeeded')
})

it('names a pause of the run and one of the agent, and who paused; the command ends it', async () => {
  await host.serve(team)
  openGate()
  await host.client.pauseAgent({ agent: 'part', team: 'waiters', by: 'bo', reason: 'too dear' })
  const plan = {
    name: 'paused',
    subtasks: [
      { id: 'part', agentType: 'part' },
      { id: 'ask', agentType: 'human', payload: { prompt: 'Go on?' } },
      { id: 'after', agentType: 'echo', dependsOn: ['ask'] },
      { id: 'asked-later', agentType: 'human', payload: { prompt: 'And now?' }, dependsOn: ['ask'] },
    ],
  }
  const run = await test.troupe.start(plan, { team })
  await until(run, { ask: 'asking' })
  await run.pause({ by: 'ada', reason: 'lunch' })
  await run.approve('ask')
  const paused = await until(run, { part: 'paused', after: 'paused', 'asked-later': 'paused' })
  expect(paused['after']!.sentence).toMatch(/^the run is paused since \d\d:\d\d:\d\d by ada \(lunch\)$/)
  await done(type(paused['after']!.command!))
  const { part } = await until(run, { part: 'agent-paused', 'asked-later': 'asking' })
  expect(part!.sentence).toMatch(/^the agent part is paused since \d\d:\d\d:\d\d by bo \(too dear\)$/)
  await done(type(part!.command!))
  await run.approve('asked-later')
  expect((await run.outcome()).status).toBe('succeeded')
})

it('tells that a subtask is being looked at, and that an answer is being written down', async () => {
  await host.serve(team)
  const looking = opening()
  held = { pattern: /\/requests\//, until: looking.passed }
  const plan = { name: 'looked', subtasks: [{ id: 'ask', agentType: 'human', payload: { prompt: 'Go on?' } }] }
  const run = await test.troupe.start(plan)
  await until(run, { ask: 'evaluating' })
  looking.open()
  await until(run, { ask: 'asking' })
  const writing = opening()
  held = { pattern: /\/results\//, until: writing.passed }
  await run.approve('ask')
  expect((await until(run, { ask: 'settling' }))['ask']!.command).toBeUndefined()
  writing.open()
  expect((await run.outcome()).status).toBe('succeeded')
})

it('names the moment in which a run continues as new, and loses nothing that it is told', async () => {
  process.env['TROUPE_CONTINUE_AFTER_EVENTS'] = '20'
  await host.serve(team)
  delete process.env['TROUPE_CONTINUE_AFTER_EVENTS']
  const echoes = Array.from({ length: 12 }, (_, place) => ({
    id: `e${place}`,
    agentType: 'echo',
    ...(place > 0 ? { dependsOn: [`e${place - 1}`] } : {}),
  }))
  const last = { id: 'last', agentType: 'human', payload: { prompt: 'Enough?' } }
  const plan = { name: 'continuing', subtasks: [{ id: 'slow', agentType: 'slow' }, ...echoes, last] }
  const run = await test.troupe.start(plan, { team })
  const end = Date.now() + PATIENCE_MS
  let found: WaitingReason | undefined
  while (!found && Date.now() < end) {
    found = (await run.status()).waiting.find(({ kind }) => kind === 'continuing')
    await sleep(20)
  }
  expect(found!.sentence).toContain('continues as new')
  openGate()
  // Whatever link it reaches, each update is answered once, and does its work once
  for (let round = 0; round < 6; round++) {
    await run.pause()
    await Promise.all([run.add([{ id: `more-${round}`, agentType: 'echo' }]), run.resume()])
  }
  expect((await run.status()).planVersion).toBe(6)
  await run.approve('last')
  expect((await run.outcome()).counts).toMatchObject({ succeeded: 20 })
  const [{ startTime }, listed, { startedAt }] = await Promise.all([
    describe(run.id),
    host.list({ limit: 100 }),
    run.status(),
  ])
  // The run is its last link, and began with its first
  expect(listed.filter(({ id }) => id === run.id)).toMatchObject([{ status: 'succeeded', startedAt }])
  expect(Date.parse(startedAt)).toBeLessThan(startTime.getTime())
})

/** Of the newest link. */
async function describe(id: string): Promise<WorkflowExecutionDescription> {
  const connection = await Connection.connect({ address: test.address })
  try {
    return await new Client({ connection, namespace: test.namespace }).workflow.getHandle(id).describe()
  } finally {
    await connection.close()
  }
}
