// Agents that go wrong in every way, on a real server: one coded failure each, and the rest of the run unharmed.
import { setTimeout as sleep } from 'node:timers/promises'
import { ApplicationFailure } from '@temporalio/common'
import { z } from 'zod'
import {
  BaseAgentService,
  defineAgent,
  defineTeam,
  RunFailedError,
  type AgentTask,
  type SubTask,
} from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('failures')
const once = { maximumAttempts: 1 }
let flakyCalls = 0

const throws = defineAgent({
  name: 'throws',
  retry: once,
  run: () => {
    throw new RangeError('out of reach')
  },
})
const flaky = defineAgent({
  name: 'flaky',
  retry: { initialIntervalMs: 20 },
  run: () => {
    if (++flakyCalls < 3) throw new Error(`call ${flakyCalls} failed`)
    return flakyCalls
  },
})
const wrongOutput = defineAgent({
  name: 'wrong-output',
  retry: once,
  output: z.object({ n: z.number() }),
  run: () => ({ n: 'seven' }) as unknown as { n: number },
})
const picky = defineAgent({ name: 'picky', input: z.object({ n: z.number() }), run: ({ n }) => n })
const cyclic = defineAgent({
  name: 'cyclic-output',
  retry: once,
  run: () => {
    const value: Record<string, unknown> = {}
    value.self = value
    return value
  },
})
const hangs = defineAgent({ name: 'hangs', timeoutMs: 500, retry: once, run: () => new Promise(() => undefined) })
const slow = defineAgent({
  name: 'slow',
  timeoutMs: 60_000,
  retry: once,
  run: (_, { signal }) => sleep(60_000, undefined, { signal }),
})
class Choosy extends BaseAgentService {
  override canHandle(task: AgentTask): boolean {
    return task.payload === 'mine'
  }
  execute(): string {
    return this.name
  }
}
const first = new Choosy({ name: 'first', capabilities: ['choose'] })
const second = defineAgent({ name: 'second', capabilities: ['choose'], run: () => 'second' })
const refuser = new Choosy({ name: 'refuser', capabilities: ['refuse'] })

const final = defineAgent({
  name: 'final',
  retry: { initialIntervalMs: 20 },
  run: () => {
    throw ApplicationFailure.nonRetryable('never again')
  },
})
const team = defineTeam({
  name: 'faulty',
  agents: [throws, final, flaky, wrongOutput, picky, cyclic, hangs, slow, first, second, refuser],
})

beforeAll(() => test.serve(team))

async function outcomeOf(subtasks: SubTask[]) {
  return (await test.troupe.start({ name: 'faults', subtasks }, { team })).outcome()
}

it('skips the dependents of a failed subtask, goes on elsewhere, and keeps all results', async () => {
  const outcome = await outcomeOf([
    { id: 'bad', agentType: 'throws' },
    { id: 'after', agentType: 'echo', dependsOn: ['bad'] },
    { id: 'later', agentType: 'echo', dependsOn: ['after'] },
    { id: 'good', agentType: 'echo', payload: { n: 1 } },
    { id: 'better', agentType: 'echo', payload: { $from: 'good' } },
  ])
  expect(outcome.status).toBe('failed')
  expect(outcome.counts).toEqual({ succeeded: 2, failed: 1, skipped: 2, cancelled: 0 })
  expect(outcome.results.bad).toMatchObject({
    status: 'failed',
    success: false,
    output: null,
    error: { code: 'AgentFailed', message: 'RangeError: out of reach' },
  })
  expect(outcome.results.after).toMatchObject({
    status: 'skipped',
    error: { code: 'DependencyFailed', message: expect.stringContaining('"bad"') as string },
  })
  expect(outcome.results.later).toMatchObject({ status: 'skipped' })
  expect(outcome.results.better).toMatchObject({ success: true, output: { n: 1 } })
})

it('throws from result() with the outcome', async () => {
  const run = await test.troupe.start({ name: 'faults', subtasks: [{ id: 'bad', agentType: 'throws' }] }, { team })
  const error = await run.result().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RunFailedError)
  expect(error).toMatchObject({
    code: 'RunFailed',
    outcome: { counts: { failed: 1 } },
    message: expect.stringContaining('out of reach') as string,
  })
})

it('does not retry what the agent calls final, also in the words of Temporal', async () => {
  const { results } = await outcomeOf([{ id: 'f', agentType: 'final' }])
  expect(results.f).toMatchObject({ success: false, attempt: 1, error: { retryable: false } })
  expect(results.f?.error?.message).toContain('never again')
})

it('retries what may pass', async () => {
  const { results } = await outcomeOf([{ id: 'f', agentType: 'flaky' }])
  expect(results.f).toMatchObject({ success: true, output: 3, attempt: 3 })
})

it.each([
  ['an output that the schema refuses', { agentType: 'wrong-output' }, 'OutputRejected', 'output.n'],
  ['an output that is no JSON', { agentType: 'cyclic-output' }, 'OutputRejected', 'circular'],
  ['a promise that hangs', { agentType: 'hangs' }, 'Timeout', '500 ms'],
  [
    'a payload that turns out wrong',
    { agentType: 'picky', payload: { n: { $from: 'text' } }, dependsOn: ['text'] },
    'InvalidPayload',
    'payload.n',
  ],
  [
    'a reference to nothing',
    { agentType: 'echo', payload: { $from: 'text', path: '/nowhere' }, dependsOn: ['text'] },
    'ReferenceNotFound',
    '/nowhere',
  ],
  ['a task that every candidate refuses', { type: 'refuse' }, 'CannotHandle', 'refuser'],
])('gives %s a coded failure', async (_, subtask: Partial<SubTask>, code, said) => {
  const { results, counts } = await outcomeOf([
    { id: 'text', agentType: 'echo', payload: 'text' },
    { id: 'x', ...subtask },
    { id: 'other', agentType: 'echo' },
  ])
  expect(results.x).toMatchObject({ status: 'failed', error: { code } })
  expect(results.x?.error?.message).toContain(said)
  expect(counts).toMatchObject({ failed: 1, succeeded: 2 })
})

it('offers a task to the next candidate when the first refuses it', async () => {
  const { results } = await outcomeOf([
    { id: 'mine', type: 'choose', payload: 'mine' },
    { id: 'other', type: 'choose', payload: 'other' },
  ])
  expect(results.mine).toMatchObject({ output: 'first', agent: 'first' })
  expect(results.other).toMatchObject({ output: 'second', agent: 'second' })
})

it('ends what runs past its deadline, and what has not started by then', async () => {
  const deadline = '+1500ms'
  const { results } = await outcomeOf([
    { id: 'runs', agentType: 'slow', deadline },
    { id: 'waits', agentType: 'echo', dependsOn: ['runs'], deadline },
    { id: 'later', agentType: 'wait', payload: { ms: 3_000 } },
    { id: 'too-late', agentType: 'echo', dependsOn: ['later'], deadline },
  ])
  expect(results.runs?.error?.code).toBe('DeadlineExceeded')
  expect(results['too-late']?.error?.code).toBe('DeadlineExceeded')
  expect(results.later?.success).toBe(true)
})

it('refuses an invalid plan of a plain Temporal start, naming every problem', async () => {
  const { troupe } = test
  const plan = {
    name: 'wrong',
    subtasks: [
      { id: 'a', agentType: 'ecko' },
      { id: 'b', agentType: 'echo', dependsOn: ['b', 'zz'] },
    ],
  }
  const error = await troupe.start(plan, { team }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'InvalidPlan' })
  const { message } = error as Error
  expect(message).toContain('unknown agent "ecko"; did you mean "echo"?')
  expect(message).toContain('cycle: b depends on itself')
  expect(message).toContain('missing dependency: there is no subtask "zz"')
})
