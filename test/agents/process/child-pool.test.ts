// The pool of an isolated agent's processes: how many there are, which are not used again, and what becomes of the dead.
import { setTimeout as sleep } from 'node:timers/promises'
import type { IsolatedExecutor, IsolatedExecutorOptions } from '../../../src/agents/process/isolated-executor'
import { closeAll, execute, isolate } from './support/isolated'
import { childrenOf, eventually, isAlive, PidFile, rejection } from './support/processes'

let said: jest.SpyInstance
beforeEach(() => (said = jest.spyOn(console, 'error').mockImplementation(() => undefined)))
afterEach(closeAll)
afterEach(() => jest.restoreAllMocks())

const pool = (options: Partial<IsolatedExecutorOptions>) => isolate('pooled', { modulePath: 'pooled.cjs', ...options })

async function pidOf(executor: IsolatedExecutor, payload: unknown = {}): Promise<number> {
  return (await execute(executor, payload)).output as number
}

/** The processes of all pools: each test has only its own. */
const pids = (): number[] => childrenOf(process.pid, 'isolated-main')

async function warm(executor: IsolatedExecutor, count: number): Promise<number[]> {
  await eventually(`${count} are warm`, () => executor.figures.warm === count, 15_000)
  return pids()
}

test('two are kept ready from the start on, and never more than there may be', async () => {
  const executor = pool({ processes: 3, warm: 2 })
  expect(executor.figures).toEqual({ processes: 0, warm: 0, restarts: 0, recycled: 0 })
  executor.keepWarm()
  const ready = await warm(executor, 2)
  expect(ready).toHaveLength(2)
  let most = 0
  const counting = setInterval(() => (most = Math.max(most, pids().length, executor.figures.processes)), 20)
  const used = await Promise.all(Array.from({ length: 7 }, () => pidOf(executor, { ms: 150 })))
  clearInterval(counting)
  expect(new Set(used).size).toBe(3)
  expect(used).toEqual(expect.arrayContaining(ready))
  expect(most).toBe(3)
  const single = pool({ processes: 1, warm: 2 })
  single.keepWarm()
  await eventually('one of one is warm', () => single.figures.warm === 1, 15_000)
  expect(single.figures.processes).toBe(1)
})

test('an idle one that is killed is replaced', async () => {
  const executor = pool({ processes: 2, warm: 2 })
  await pidOf(executor)
  const [victim, other] = await warm(executor, 2)
  process.kill(victim!, 'SIGKILL')
  await eventually('it is missed', () => executor.figures.restarts === 1)
  const now = await warm(executor, 2)
  expect(now).toContain(other)
  expect(now).not.toContain(victim)
})

test('a busy one that is killed fails its execution, to be tried again, and the pool is whole again', async () => {
  const executor = pool({ processes: 2, warm: 2 })
  executor.keepWarm()
  await warm(executor, 2)
  const file = new PidFile()
  const failure = rejection(execute(executor, { ms: 30_000, pidFile: file.path }))
  const [victim] = await file.started(1)
  process.kill(victim!, 'SIGKILL')
  expect(await failure).toMatchObject({ code: 'ProcessCrashed', retryable: true })
  const now = await warm(executor, 2)
  expect(now).not.toContain(victim)
  expect(executor.figures).toEqual({ processes: 2, warm: 2, restarts: 1, recycled: 0 })
  expect(now).toContain(await pidOf(executor))
  file.remove()
})

test('each is replaced after its number of executions', async () => {
  const executor = pool({ processes: 1, recycleAfter: 2 })
  const used = [await pidOf(executor), await pidOf(executor), await pidOf(executor)]
  expect(used[1]).toBe(used[0])
  expect(used[2]).not.toBe(used[0])
  await eventually('the first has gone', () => !isAlive(used[0]!))
  expect(executor.figures).toMatchObject({ restarts: 0, recycled: 1 })
  const fresh = pool({ processes: 1, recycleAfter: 1 })
  expect(await pidOf(fresh)).not.toBe(await pidOf(fresh))
})

test.each([
  ['memory', { leaves: 'memory' }],
  ['another working directory', { leaves: 'directory' }],
  ['changed variables', { leaves: 'environment' }],
  ['a process that runs on', { leaves: 'process' }],
])('one with %s is not used again, and what it left running ends', async (_name, payload) => {
  const executor = pool({ processes: 1 })
  const first = await pidOf(executor)
  expect(await pidOf(executor, payload)).toBe(first)
  expect(await pidOf(executor)).not.toBe(first)
  await eventually('the first has gone', () => !isAlive(first))
  expect(executor.figures).toMatchObject({ restarts: 0, recycled: 1 })
})

test('one in which an earlier execution goes on is not used again', async () => {
  const executor = pool({ processes: 1 })
  const first = await pidOf(executor, { leaves: 'talk' })
  await eventually('it was heard', () => executor.figures.recycled === 1)
  expect(await pidOf(executor)).not.toBe(first)
})

test('an execution that was aborted takes its process along', async () => {
  const executor = pool({ processes: 1 })
  const first = await pidOf(executor)
  const aborted = rejection(execute(executor, { leaves: 'loop' }, { signal: AbortSignal.timeout(200) }))
  expect((await aborted).name).toBe('TimeoutError')
  expect(isAlive(first)).toBe(false)
  expect(await pidOf(executor)).not.toBe(first)
  expect(executor.figures.restarts).toBe(1)
})

test('who waits for a process gives up at the abort, and is not handed one later', async () => {
  const executor = pool({ processes: 1 })
  const running = pidOf(executor, { ms: 600 })
  const late = rejection(execute(executor, {}, { signal: AbortSignal.timeout(100) }))
  const next = pidOf(executor)
  expect((await late).name).toBe('TimeoutError')
  expect(await next).toBe(await running)
})

test('an abort at the moment of being handed a process reaches the execution', async () => {
  const executor = pool({ processes: 1 })
  const abort = new AbortController()
  const reason = new Error('not any more')
  const first = execute(executor, { ms: 100 })
  const next = rejection(execute(executor, { ms: 20_000 }, { signal: abort.signal }))
  await first.then(() => abort.abort(reason))
  expect(await next).toBe(reason)
}, 15_000)

test('draining ends what is idle at once and what is busy when it is done; nothing comes after it', async () => {
  const executor = pool({ processes: 2, warm: 2 })
  executor.keepWarm()
  await warm(executor, 2)
  const running = pidOf(executor, { ms: 800 })
  await sleep(50)
  executor.drain()
  await eventually('only the busy one is left', () => pids().length === 1)
  const pid = await running
  await eventually('it has gone', () => !isAlive(pid))
  await sleep(300)
  expect([pids(), executor.figures.processes]).toEqual([[], 0])
})

describe('processes that end as they start', () => {
  let starts: PidFile
  beforeEach(() => {
    starts = new PidFile()
    process.env.TROUPE_TRIAL_STARTS = starts.path
  })
  afterEach(() => {
    delete process.env.TROUPE_TRIAL_STARTS
    delete process.env.TROUPE_TRIAL_CRASH
    starts.remove()
  })

  test('start ever more slowly, fail executions at once after three, and serve again when they can', async () => {
    process.env.TROUPE_TRIAL_CRASH = 'start'
    const executor = pool({ processes: 1, warm: 1 })
    executor.keepWarm()
    const told = () => said.mock.calls.map(([line]) => String(line)).filter((line) => line.includes('did not start'))
    await eventually('three have failed', () => told().length === 3, 15_000)
    expect(told()[0]).toMatch(
      /^troupe: a process of agent "pooled" did not start: .* exit code 9 .*; the next one .* 1.0 s$/,
    )
    expect(told()[2]).toMatch(/\(3 times in a row\).* 4.0 s$/)
    expect(executor.figures).toMatchObject({
      restarts: 3,
      failing: expect.stringMatching(/exit code 9 as it started/) as string,
    })
    const refused = await rejection(execute(executor, {}))
    expect(refused).toMatchObject({ code: 'ProcessCrashed', retryable: true })
    expect(refused.message).toMatch(/exit code 9 .*3 starts have failed in a row; the next is in/)
    expect((refused as { retryAfterMs?: number }).retryAfterMs).toBeGreaterThan(0)
    expect(starts.pids()).toHaveLength(3)
    delete process.env.TROUPE_TRIAL_CRASH
    await eventually('it is warm after all', () => executor.figures.warm === 1, 15_000)
    // Without an execution too
    await eventually('it has started well', () => executor.figures.failing === undefined, 15_000)
    expect(await pidOf(executor)).toBe(starts.pids().at(-1))
  })

  test('are no other for it if they end a moment later', async () => {
    process.env.TROUPE_TRIAL_CRASH = 'idle'
    const executor = pool({ processes: 2, warm: 2 })
    executor.keepWarm()
    await sleep(1_800)
    // At 0 and 1 s, two at most each time
    expect(starts.pids().length).toBeGreaterThanOrEqual(2)
    expect(starts.pids().length).toBeLessThanOrEqual(4)
    expect(executor.figures.failing).toMatch(/exit code 7/)
  })
})
