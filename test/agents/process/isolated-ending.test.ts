// An isolated agent that goes wrong is one coded failure, and the next execution works.
import type { createIsolatedExecutor } from '../../../src/agents/process/isolated-executor'
import { closeAll, execute, isolate } from './support/isolated'
import { isAlive, PidFile, rejection } from './support/processes'

// Node's report of an exhausted heap, printed here, would make jest believe that its own worker had died of it.
beforeAll(() => void jest.spyOn(process.stderr, 'write').mockReturnValue(true))
afterAll(closeAll)

const executor = isolate('mixed')
const worksAgain = async () => expect((await execute(executor, {})).output).toEqual(expect.any(Number))

describe('a crash', () => {
  test.each([
    ['exit', /exit code 3/],
    ['killed', /SIGKILL/],
    ['reject', /nobody catches this/],
    ['heap', /heap is bounded to 64 MB/],
    ['buffers', /ran out of memory: it had \d+ MB resident, buffers included; 192 MB are allowed with a heap of 64 MB/],
  ])('(%s) is one retryable failure', async (how, message) => {
    const error = await rejection(execute(executor, { how }))
    expect(error).toMatchObject({ code: 'ProcessCrashed', retryable: true })
    expect(error.message).toMatch(message)
    await worksAgain()
  })
})

describe('an abort', () => {
  /** Aborts an execution after a moment; resolves to how long it then took to settle. */
  async function abort(
    executor: ReturnType<typeof createIsolatedExecutor>,
    payload: unknown,
    started?: () => Promise<unknown>,
  ): Promise<number> {
    const controller = new AbortController()
    const reason = new Error('enough')
    const failure = rejection(execute(executor, payload, { signal: controller.signal }))
    await (started ? started() : new Promise((resolve) => setTimeout(resolve, 1_000)))
    const begin = Date.now()
    controller.abort(reason)
    expect(await failure).toBe(reason)
    return Date.now() - begin
  }

  test('ends an endless loop', async () => {
    expect(await abort(executor, { how: 'loop' })).toBeLessThan(4_000)
    await worksAgain()
  })

  test('reaches an agent that listens, and what it started goes too', async () => {
    const file = new PidFile()
    expect(await abort(isolate('obedient'), { pidFile: file.path }, () => file.started(1))).toBeLessThan(3_000)
    expect(file.pids().filter(isAlive)).toEqual([])
    file.remove()
  })

  test('ends an agent that does not listen after the grace', async () => {
    const took = await abort(isolate('stubborn'), {})
    expect(took).toBeGreaterThan(3_500)
    expect(took).toBeLessThan(9_000)
  })

  test('before the start starts nothing', async () => {
    const reason = new Error('too late')
    expect(await rejection(execute(executor, {}, { signal: AbortSignal.abort(reason) }))).toBe(reason)
  })
})
