// Work that takes minutes is seen to be alive.
import { reportWhile } from '../../src/server/progress'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

test('work that takes minutes says how long it has taken, until it ends', async () => {
  const told: string[] = []
  let finish = (_result: string): void => undefined
  const work = new Promise<string>((resolve) => (finish = resolve))
  const reported = reportWhile(work, (elapsed) => void told.push(elapsed))
  jest.advanceTimersByTime(75_000)
  expect(told).toHaveLength(7)
  expect(told.at(-1)).toBe('1 min 10 s')
  finish('done')
  expect(await reported).toBe('done')
  jest.advanceTimersByTime(75_000)
  expect(told).toHaveLength(7)
})

test('work that fails is reported on no longer', async () => {
  const report = jest.fn()
  await expect(reportWhile(Promise.reject(new Error('no luck')), report)).rejects.toThrow('no luck')
  jest.advanceTimersByTime(75_000)
  expect(report).not.toHaveBeenCalled()
})
