// Agents paused over all runs of a team, on a real server: open runs are told, those that begin find it, others are left alone.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { connect, defineAgent, defineTeam, type Run } from '../../src/index'
import { controlWorkflowId } from '../../src/contract/names'
import { testNamespace } from '../support/server'
import { useTroupe } from '../support/troupe'

const test = useTroupe('pause-agents')
const begun: string[] = []
/** What has begun waits for it before it goes on. */
let gate: Promise<void> | undefined

const coder = defineAgent({
  name: 'coder',
  maxConcurrency: 20,
  async run(_, { runId, task, signal }) {
    begun.push(`${runId}/${task.id}`)
    await gate
    await sleep(100, undefined, { signal })
  },
})
const team = defineTeam({ name: 'builders', agents: [coder, defineAgent({ name: 'tester', run: () => 'tested' })] })
const others = defineTeam({ name: 'others', agents: [coder] })
const by = 'ada'

beforeAll(() => test.serve(team, others))

/** A coder after a coder, and a tester after each. */
function start(of = team, length = 2): Promise<Run> {
  const subtasks = Array.from({ length }, (_, index) => [
    { id: `code-${index}`, agentType: 'coder', dependsOn: index === 0 ? [] : [`code-${index - 1}`] },
    ...(of === team ? [{ id: `test-${index}`, agentType: 'tester', dependsOn: [`code-${index}`] }] : []),
  ]).flat()
  return test.troupe.start({ name: 'pausable', subtasks }, { team: of })
}

async function knows(run: Run, agent: string): Promise<boolean> {
  return Object.hasOwn((await run.status()).pausedAgents ?? {}, agent)
}

/** Until it holds; what is spread by the server takes its time. */
async function until(what: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await what())) {
    if (Date.now() > end) throw new Error('waited in vain')
    await sleep(100)
  }
}

async function expectSucceeded(runs: readonly Run[]): Promise<void> {
  for (const run of runs) expect([run.id, (await run.outcome()).status]).toEqual([run.id, 'succeeded'])
}

it('holds an agent in open runs and in those to come, and nothing else, until it is resumed', async () => {
  const { client } = test.troupe
  const foreign = await start(others, 10)
  let opened = (): void => undefined
  gate = new Promise<void>((resolve) => (opened = resolve))
  const open = await start()
  for await (const { correlationId } of open.events({ type: 'subtask.started' })) if (correlationId) break
  const { told, agents, notes } = await client.pauseAgent({
    team: 'builders',
    agent: 'coder',
    by,
    reason: 'it is wrong',
  })
  expect(told).toBeGreaterThanOrEqual(1) // a run that is being prepared has no team yet, and is told as well
  expect(notes).toEqual([])
  expect(agents).toEqual({ coder: { by, reason: 'it is wrong', at: expect.any(String) as string } })
  expect(await client.pausedAgents('builders')).toMatchObject({ agents })
  opened()

  const later = await start()
  await until(async () => (await open.status()).counts.succeeded === 2) // what was in flight, and its test
  await until(async () => (await knows(open, 'coder')) && (await knows(later, 'coder')))
  expect((await later.status()).counts).toMatchObject({ ready: 1, succeeded: 0 })
  expect(begun.filter((entry) => entry.startsWith(open.id))).toEqual([`${open.id}/code-0`])
  expect(begun.filter((entry) => entry.startsWith(later.id))).toEqual([])
  await expectSucceeded([foreign])

  await client.resumeAgent({ team: 'builders', agent: 'coder', by: 'bo' })
  await expectSucceeded([open, later])
  const events = (await open.getEventLog()).filter(({ type }) => type.startsWith('agent.'))
  expect(events.map(({ type, payload }) => [type, payload])).toEqual([
    ['agent.paused', { agent: 'coder', by, reason: 'it is wrong' }],
    ['agent.resumed', { agent: 'coder', by: 'bo' }],
  ])
})

it('reaches every run that starts while it is paused, whatever comes first', async () => {
  const { client } = test.troupe
  const runs: Promise<Run>[] = []
  for (let number = 0; number < 16; number++) {
    runs.push(start(team, 200))
    if (number === 8) void client.pauseAgent({ team: 'builders', agent: 'coder', by })
    await sleep(7 * (number % 3))
  }
  const started = await Promise.all(runs)
  await until(async () => (await Promise.all(started.map((run) => knows(run, 'coder')))).every(Boolean))
  await sleep(500) // what was in flight
  const before = begun.length
  await sleep(1_000)
  expect(begun.length).toBe(before)

  // In quick succession the last word counts, everywhere
  for (let turn = 0; turn < 4; turn++) {
    await Promise.all([
      client.resumeAgent({ team: 'builders', agent: 'coder', by }),
      client.pauseAgent({ team: 'builders', agent: 'tester', by }),
    ])
    await client.pauseAgent({ team: 'builders', agent: 'coder', by })
    await client.resumeAgent({ team: 'builders', agent: 'tester', by })
  }
  await client.resumeAgent({ team: 'builders', agent: 'coder', by })
  expect((await client.pausedAgents('builders')).agents).toEqual({})
  await until(async () => (await Promise.all(started.map((run) => knows(run, 'coder')))).every((paused) => !paused))
  await until(() => Promise.resolve(begun.length > before))
  await Promise.all(started.map((run) => run.cancel()))
})

it('leaves no workflow behind, and runs that know of a pause which it has forgotten are freed', async () => {
  const { client } = test.troupe
  const connection = await Connection.connect({ address: test.address })
  const control = new Client({ connection, namespace: test.namespace }).workflow.getHandle(
    controlWorkflowId('builders'),
  )
  await control.result() // of the tests before
  const run = await start()
  await client.pauseAgent({ team: 'builders', agent: 'tester', by })
  await until(() => knows(run, 'tester'))
  await control.terminate()
  expect((await client.pausedAgents('builders')).agents).toEqual({})
  expect(await knows(run, 'tester')).toBe(true)
  await client.resumeAgent({ team: 'builders', agent: 'tester', by })
  await expectSucceeded([run])
  await connection.close()
})

it('refuses what is no name, and says what open runs do not have, or that nobody is there', async () => {
  const { client } = test.troupe
  const refused = client.pauseAgent({ team: 'builders', agent: 'co der', by })
  await expect(refused).rejects.toMatchObject({ code: 'InvalidInput', message: '"co der" is no name of an agent' })
  await expect(client.pauseAgent({ team: 'builders', agent: 'coder', by: ' ' })).rejects.toThrow('by is to say who')
  const run = await start(team, 50)
  await until(async () => (await run.status()).counts.running > 0)
  const { notes } = await client.pauseAgent({ team: 'builders', agent: 'codr', by })
  expect(notes).toEqual(['the open runs of the team "builders" have no agent "codr"; did you mean "coder"?'])
  await client.resumeAgent({ team: 'builders', agent: 'codr', by })
  await run.cancel()
  // Of a team whose runs have ended; and of one that nobody has heard of
  const [ended, unheard] = await Promise.all(
    ['others', 'strangers'].map((name) => client.pauseAgent({ team: name, agent: 'codr', by })),
  )
  expect(ended!.notes).toEqual(['the newest runs of the team "others" have no agent "codr"; did you mean "coder"?'])
  expect(unheard!.notes).toEqual([
    'no agent "codr" of a team "strangers" is known: no worker serves it, and no run of that team is found',
  ])
  await Promise.all(['others', 'strangers'].map((name) => client.resumeAgent({ team: name, agent: 'codr', by })))

  const { address, namespace } = await testNamespace('unserved')
  const unserved = await connect({ address, namespace, store: test.troupe.store })
  await expect(unserved.client.pauseAgent({ team: 'builders', agent: 'coder' })).rejects.toMatchObject({
    code: 'NoWorker',
    retryable: true,
  })
  await unserved.close()
})

it('takes no notice of a signal that holds no pauses', async () => {
  const connection = await Connection.connect({ address: test.address })
  const run = await start(team, 5)
  const handle = new Client({ connection, namespace: test.namespace }).workflow.getHandle(run.id)
  for (const nonsense of [
    undefined,
    null,
    'coder',
    { team: 'builders' },
    { team: 'builders', version: 9e15, agents: null },
    { team: 'builders', version: 9e15, agents: { coder: { by: 'b'.repeat(1_000), at: '' } } },
  ])
    await handle.signal('agents', nonsense)
  await handle.signal('agents', { team: 'others', version: 9e15, agents: { coder: { by, at: '' } } })
  await expectSucceeded([run])
  await connection.close()
})
