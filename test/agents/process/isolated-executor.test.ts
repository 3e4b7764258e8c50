// An isolated agent is handed its task, talks to its worker, and its process serves again.
import { resolve } from 'node:path'
import type { CallMessage, NoticeMessage } from '../../../src/agents/process/isolated-protocol'
import type { AgentContext } from '../../../src/agents/context'
import { HOST, type HostPort } from '../../../src/agents/host-port'
import { IsolatedAgent } from '../../../src/agents/isolated-agent'
import { memoryEffects } from '../../../src/agents/memory-effects'
import { memoryLedger } from '../../../src/agents/ledger/memory-ledger'
import trial from './fixtures/agents'
import { closeAll, execute, isolate } from './support/isolated'
import { eventually, isAlive, rejection } from './support/processes'

afterAll(closeAll)

const pidOf = async (result: Promise<{ output: unknown }>) => ((await result).output as { pid: number }).pid

test('gets its payload and gives its output, outside the worker', async () => {
  const { output, spawned } = await execute(isolate('good'), { a: [1, 'ü'] })
  expect(output).toEqual({ pid: expect.any(Number) as number, input: { a: [1, 'ü'] } })
  expect((output as { pid: number }).pid).not.toBe(process.pid)
  expect(spawned).toEqual([])
})

test('a kept process serves the next execution; two at a time have two', async () => {
  const executor = isolate('good', { processes: 2 })
  const first = await pidOf(execute(executor, {}))
  expect(await pidOf(execute(executor, {}))).toBe(first)
  const both = await Promise.all([pidOf(execute(executor, {})), pidOf(execute(executor, {}))])
  expect(new Set(both).size).toBe(2)
  expect(both).toContain(first)
})

test('a kept process that is not needed for a minute goes', async () => {
  // Only the timer of the idle process is to be moved.
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'setInterval', 'queueMicrotask', 'performance', 'Date'],
  })
  const pid = await pidOf(execute(isolate('good'), {}))
  jest.advanceTimersByTime(59_000)
  expect(isAlive(pid)).toBe(true)
  jest.advanceTimersByTime(2_000)
  jest.useRealTimers()
  await eventually('the idle process has gone', () => !isAlive(pid))
})

test('an instance of a class is executed, and the same one again', async () => {
  const executor = isolate('counter')
  expect((await execute(executor, {})).output).toBe('one 1')
  expect((await execute(executor, {})).output).toBe('one 2')
})

test.each(['common.cjs', 'module.mjs'])('an agent in %s is found', async (modulePath) => {
  expect((await execute(isolate('plain', { modulePath }), {})).output).toBe(modulePath.split('.')[1])
})

test('it reports, publishes, logs, spawns, and its calls are answered', async () => {
  const messages: (NoticeMessage | CallMessage)[] = []
  const stored = new Map<string, unknown>()
  const onMessage = async (message: NoticeMessage | CallMessage) => {
    messages.push(message)
    if (message.kind !== 'call' || message.method === 'publish') return
    await Promise.resolve()
    if (message.method === 'artifacts.put') stored.set('name', message.args[0])
    return message.method === 'artifacts.put' ? 'name' : stored.get(String(message.args[0]))
  }
  const { output, spawned } = await execute(isolate('talking'), {}, { onMessage })
  expect(output).toEqual({ got: 'bytes', task: 'one', run: 'run-1', attempt: 2 })
  expect(spawned).toEqual([{ subtasks: [{ id: 'more', payload: { name: 'name' } }], options: { output: 'more' } }])
  expect(messages).toMatchObject([
    { kind: 'progress', details: { done: 1 } },
    { kind: 'call', method: 'publish', args: ['trial.said', { a: 1 }] },
    { kind: 'log', level: 'warn', message: 'careful', fields: { b: 2 } },
    { kind: 'call', method: 'artifacts.put' },
    { kind: 'call', method: 'artifacts.get', args: ['name'] },
  ])
})

test('a call that fails in the worker fails in the agent', async () => {
  const onMessage = () => Promise.reject(new Error('no such artifact'))
  expect((await rejection(execute(isolate('refused'), {}, { onMessage }))).message).toBe('no such artifact')
})

test('a notice that the worker cannot take fails the execution, not the worker', async () => {
  const executor = isolate('talking')
  const onMessage = () => Promise.reject(new Error('too large'))
  expect((await rejection(execute(executor, {}, { onMessage }))).message).toBe('too large')
})

test('what an earlier execution says late is not taken for the next one’s', async () => {
  const executor = isolate('mixed')
  const heard: string[] = []
  const onMessage = (message: NoticeMessage | CallMessage) => heard.push(message.kind)
  const { output } = await execute(executor, { how: 'late' }, { onMessage })
  const next = await execute(executor, {}, { onMessage })
  expect(next.output).toBe(output)
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(heard).toEqual([])
})

test('payload and output are checked in its process, by its own schemas', async () => {
  const executor = isolate('strict')
  expect((await execute(executor, {})).output).toEqual({ doubled: 2 })
  expect(await rejection(execute(executor, { count: 'two' }))).toMatchObject({ code: 'InvalidPayload' })
  expect(await rejection(execute(executor, { count: 11 }))).toMatchObject({ code: 'OutputRejected', retryable: true })
})

describe('a failure', () => {
  test('is given back with its message and stack, and the process serves again', async () => {
    const error = await rejection(execute(isolate('failing'), {}))
    expect(error).toMatchObject({ name: 'OddError', message: 'the agent said no' })
    expect(error.stack).toContain('fixtures/agents.ts')
  })

  test('keeps its code', async () => {
    expect(await rejection(execute(isolate('coded'), {}))).toMatchObject({ code: 'CannotHandle', hint: 'ask another' })
  })

  test('is an output that is no JSON, or too large', async () => {
    expect(await rejection(execute(isolate('cyclic'), {}))).toMatchObject({ code: 'OutputRejected' })
    // Eleven megabytes, their JSON and its bytes come close to the heap that the others have
    expect(await rejection(execute(isolate('huge', { memoryMb: 256 }), {}))).toMatchObject({ code: 'OutputTooLarge' })
  })

  test.each([
    ['missing.ts', 'good', /there is no module .*missing\.ts/],
    ['broken.mjs', 'good', /broken on purpose/],
    ['agents.ts', 'god', /exports no agent "god"/],
  ])('is a module %s without an agent "%s"', async (modulePath, name, message) => {
    jest.spyOn(console, 'error').mockImplementationOnce(() => undefined)
    const error = await rejection(execute(isolate(name, { modulePath }), {}))
    expect(error).toMatchObject({ code: 'InvalidTeam', retryable: false })
    expect(error.message).toMatch(message)
  })
})

test('closing ends all processes and fails what runs', async () => {
  const executor = isolate('stubborn')
  const failure = rejection(execute(executor, {}))
  await executor.close()
  expect(await failure).toMatchObject({ code: 'WorkerShutdown', retryable: true })
  expect(await rejection(execute(executor, {}))).toMatchObject({ code: 'WorkerShutdown' })
})

test('counts what it asks a model as its worker would, with the tokenizer where there is one', async () => {
  process.env.OPENAI_COMPATIBLE_BASE_URL = 'http://127.0.0.1:9'
  const asking = trial.agents.find(({ name }) => name === 'asking')!
  const agent = new IsolatedAgent(asking, resolve('test/agents/process/fixtures/agents.ts'), 1)
  const demanded: number[] = []
  const ledger: HostPort['ledger'] = {
    ...memoryLedger(),
    begin: async (_call, { input }) => {
      demanded.push(input)
      throw new Error('that is all')
    },
  }
  const rest = { ledger, effects: memoryEffects(), approvals: { ask: async () => undefined }, agent: 'asking' }
  const task = { id: 'one', type: 'trial', payload: { text: 'x7Q/'.repeat(10_000) }, priority: 'normal' as const }
  for (const counted of [{ tokenizer: true }, { tokenizer: false }, {}]) {
    const context = {
      runId: 'run-1',
      attempt: 1,
      signal: new AbortController().signal,
      [HOST]: { ...rest, ...counted },
    }
    await expect(agent.execute(task, context as unknown as AgentContext)).rejects.toThrow('that is all')
  }
  await agent.executor.close()
  delete process.env.OPENAI_COMPATIBLE_BASE_URL
  const [byTokens = 0, guessed = 0, byBytes = 0] = demanded
  // A token of such a text has less than two bytes: a guess by its bytes falls short of what a provider may count
  expect(byTokens).toBeGreaterThan(40_000)
  expect(guessed).toBeLessThan(21_000)
  expect(byBytes).toBeGreaterThan(40_000)
})
