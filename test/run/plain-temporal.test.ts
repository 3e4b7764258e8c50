// Runs that are started, told and read with nothing but Temporal's own client, without Troupe's data converter. They are
// served by `troupe worker` in a process of its own.
import { resolve } from 'node:path'
import { Client, Connection, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client'
import { defaultPayloadConverter, type ApplicationFailure } from '@temporalio/common'
import { teamManifest, type RunResult } from '../../src/index'
import { until, Workplace, type Running } from '../cli/support/command'
import { plainTeam } from './support/plain-team'

/** What passes Temporal's limits and is shown in its UI whatever the converter. */
const INLINE_BYTES = 128 * 1024

let workplace: Workplace
let worker: Running
let connection: Connection
let client: Client
let number = 0

beforeAll(async () => {
  workplace = await Workplace.open('plain-temporal')
  worker = workplace.start(['worker', '--team', resolve('test/run/support/plain-team.ts'), '--allow-commands'], {
    environment: { PLAIN_GREETING: 'Hello', PLAIN_SECRET: 'nobody asked for it' },
  })
  connection = await Connection.connect({ address: workplace.address })
  client = new Client({ connection, namespace: workplace.namespace })
  await until(() => worker.said.stderr.includes('Ctrl-C ends it'), worker)
})
afterAll(async () => {
  await connection?.close()
  workplace.close()
})

function start(...args: unknown[]): Promise<WorkflowHandle> {
  return client.workflow.start('orchestrate', { taskQueue: 'troupe', workflowId: `plain-${++number}`, args })
}

async function resultOf(...args: unknown[]): Promise<RunResult> {
  return (await (await start(...args)).result()) as RunResult
}

/** What a client sees of a run that fails. */
async function failureOf(...args: unknown[]): Promise<ApplicationFailure> {
  const error = await resultOf(...args).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(WorkflowFailedError)
  return (error as WorkflowFailedError).cause as ApplicationFailure
}

const twoSteps = [
  { id: 'outline', agentType: 'outline', payload: { topic: { $from: 'inputs', path: '/topic' } } },
  { id: 'draft', agentType: 'draft', payload: { points: { $from: 'outline', path: '/points' } } },
]
const plan = { name: 'readme', inputs: { type: 'object', required: ['topic'] }, subtasks: twoSteps }
const inputs = { topic: 'tides' }

describe('a run', () => {
  it.each([
    ['a team by its name', 'docs'],
    ['a team by its manifest', teamManifest(plainTeam)],
  ])('with %s returns its results inline', async (_, team) => {
    const { status, counts, results } = await resultOf({ plan, team, inputs })
    expect({ status, counts }).toEqual({
      status: 'succeeded',
      counts: { succeeded: 2, failed: 0, skipped: 0, cancelled: 0 },
    })
    expect(results?.draft?.output).toBe('what tides are; why tides matter')
  })

  it('has the agents that its plan declares served: others under new settings, and commands', async () => {
    const script = 'printf "%s, %s! %s" "$PLAIN_GREETING" "$1" "${PLAIN_SECRET:-no secret}"'
    const agents = {
      nap: { use: 'wait', maxConcurrency: 2, timeoutMs: 5_000 },
      greet: { command: ['sh', '-c', script, 'sh', '{{name}}'], env: ['PLAIN_GREETING'] },
      count: { command: ['wc', '-c'], output: { type: 'integer' } },
    }
    const subtasks = [
      { id: 'rest', agentType: 'nap', payload: { ms: 20 } },
      { id: 'hello', agentType: 'greet', payload: { name: 'Ada; echo $HOME' }, dependsOn: ['rest'] },
      { id: 'size', agentType: 'count', payload: { $from: 'hello' } },
    ]
    const { results } = await resultOf({ plan: { name: 'inline', agents, subtasks } })
    const greeting = 'Hello, Ada; echo $HOME! no secret'
    expect(results).toMatchObject({
      rest: { output: { waitedMs: 20 }, agent: 'nap' },
      hello: { output: greeting, agent: 'greet' },
      size: { output: JSON.stringify(greeting).length, agent: 'count' },
    })
  })

  it('names only its document where results are large, and an output where one is', async () => {
    const fill = (count: number, length: number) =>
      Array.from({ length: count }, (_, place) => ({ id: `f${place}`, agentType: 'fill', payload: { length } }))
    const one = await resultOf({ plan: { name: 'one', subtasks: fill(1, 300_000) }, team: 'docs' })
    expect(one.results?.f0).toMatchObject({ outputStored: true, output: { bytes: 300_002, preview: /^"?x{190,}/ } })
    const many = await resultOf({ plan: { name: 'many', subtasks: fill(50, 3_500) }, team: 'docs' })
    expect(many.results).toBeUndefined()
    expect(many).toMatchObject({
      counts: { succeeded: 50 },
      document: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    })
    for (const result of [one, many]) expect(JSON.stringify(result).length).toBeLessThan(INLINE_BYTES)
  })

  it('is found by its status, team and plan, and shows what it does while it does it', async () => {
    const subtasks = [
      { id: 'first', agentType: 'echo' },
      { id: 'long', agentType: 'rests', dependsOn: ['first'] },
    ]
    const handle = await start({ plan: { name: 'shown', subtasks }, team: 'docs' })
    await until(async () => (await details(handle)).includes('| long | rests | running |'), worker)
    expect(await details(handle)).toMatch(/^1 running · 1 succeeded\n[^]*\| long .*\n\| first \| echo \| succeeded \|/)
    expect(await attributes(handle)).toEqual(['running', 'docs', 'shown'])
    expect(await summaries(handle)).toEqual(['the plan is checked', 'first · echo', 'long · rests'])
    await handle.cancel()
    await handle.result().catch(() => undefined)
    expect(await attributes(handle)).toEqual(['cancelled', 'docs', 'shown'])
    expect(await details(handle)).toContain('| long | rests | cancelled |')
    const query = "TroupeStatus = 'cancelled' AND TroupeTeam = 'docs' AND TroupePlan = 'shown'"
    await until(async () => (await client.workflow.count(query)).count === 1, worker)
  })

  it('takes an event by a signal, and tells events and subtasks by queries', async () => {
    const subtasks = [{ id: 'one', agentType: 'wait', payload: { ms: 1_000 } }]
    const handle = await start({ plan: { name: 'told', subtasks } })
    await handle.signal('publish', { type: 'note', payload: { n: 1 }, source: 'me' })
    await handle.result()
    const { events } = await handle.query<{ events: { type: string; payload: unknown }[] }>('events')
    const types = events.map(({ type }) => type).filter((type) => type !== 'note')
    expect(types).toEqual(['run.started', 'task.created', 'subtask.started', 'subtask.completed', 'run.completed'])
    expect(events.filter(({ type }) => type === 'note')).toMatchObject([{ payload: { n: 1 }, source: 'me' }])
    expect(await handle.query('status')).toMatchObject({ status: 'succeeded', subtasks: [{ id: 'one' }], total: 1 })
  })
})

describe('a refusal', () => {
  it('is told as InvalidPlan with every problem, as text and as data', async () => {
    const subtasks = [
      { id: 'a', agentType: 'outlin', payload: {} },
      { id: 'b', agentType: 'outline', payload: { topic: 7 }, dependsOn: ['b', 'zz'] },
    ]
    const failure = await failureOf({ plan: { name: 'wrong', subtasks }, team: 'docs' })
    expect(failure).toMatchObject({ type: 'InvalidPlan', nonRetryable: true })
    const said = ['unknown agent "outlin"', 'cycle: b', 'missing dependency', 'subtasks[1].payload.topic']
    for (const part of said) expect(failure.message).toContain(part)
    const [{ problems }] = failure.details as [{ problems: { path: string; message: string; subtask?: string }[] }]
    expect(problems).toHaveLength(said.length)
    expect(problems).toContainEqual(expect.objectContaining({ path: 'subtasks[0].agentType', subtask: 'a' }))
  })

  it.each([
    ['no argument', []],
    ['null', [null]],
    ['no plan', [{}]],
    ['a plan that is a text', [{ plan: 'readme' }]],
    ['a plan without subtasks', [{ plan: { name: 'empty', subtasks: [] } }]],
    ['a team that is a number', [{ plan, inputs, team: 7 }]],
    ['a team that is no manifest', [{ plan, inputs, team: { name: 'docs', agents: [{ name: 'outline' }] } }]],
    ['inputs that the plan refuses', [{ plan, team: 'docs', inputs: {} }]],
  ])('of %s ends the run, and does not hang', async (_, args: unknown[]) => {
    const failure = await failureOf(...args)
    expect(failure).toMatchObject({ type: 'InvalidPlan', nonRetryable: true })
    expect((failure.details as [{ problems: unknown[] }])[0].problems).not.toEqual([])
  })

  it('of an unknown team names those that the worker serves', async () => {
    const { type, message } = await failureOf({ plan, inputs, team: 'dosc' })
    expect({ type, message }).toEqual({ type: 'InvalidPlan', message: expect.stringContaining('"docs"') as string })
  })
})

/** The run's details, as the UI shows them. */
async function details(handle: WorkflowHandle): Promise<string> {
  const { currentDetails } = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata')
  return currentDetails ?? ''
}

async function attributes(handle: WorkflowHandle): Promise<unknown[]> {
  const { searchAttributes } = await handle.describe()
  return ['TroupeStatus', 'TroupeTeam', 'TroupePlan'].map((name) => searchAttributes[name]?.[0])
}

/** What the UI writes beside each execution. */
async function summaries(handle: WorkflowHandle): Promise<unknown[]> {
  const { events } = await handle.fetchHistory()
  const scheduled = (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes)
  return scheduled.map(({ userMetadata }) => defaultPayloadConverter.fromPayload(userMetadata!.summary!))
}
