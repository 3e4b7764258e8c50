// Effects on a store that stumbles, or is away: what it can still be told leaves nothing unknown.
import type { Effects } from '../../src/agents/effect'
import { TroupeError } from '../../src/contract/errors'
import { atOnce, effectsOf, Records, type Pace } from './support/paced-effects'

test('a store that fails between claim and act leaves nothing unknown', async () => {
  const records = new Records()
  const act = jest.fn(() => 'paid')
  let steps = 0
  const failing: Pace = { step: async (work) => (++steps === 3 ? Promise.reject(new Error('away')) : work()) }
  await expect(effectsOf(records, failing, 'one').perform('pay', { key: 'k' }, act)).rejects.toThrow('away')
  expect(await effectsOf(records, atOnce, 'two').perform('pay', { key: 'k', input: 'another' }, act)).toBe('paid')
})

/** Its fence, its claim, the fences, and what came of it. */
describe.each([1, 2, 3, 4])('a store that stumbles once, at step %i,', (at) => {
  test.each([
    ['before it has written anything, in the next attempt', false, 'two'],
    ['after it has written, in the next attempt', true, 'two'],
    ['before it has written anything, in the same attempt', false, 'one'],
    ['after it has written, in the same attempt', true, 'one'],
  ])('%s, leaves nothing unknown', async (_when, isWritten, next) => {
    const records = new Records()
    const act = jest.fn(() => 'paid')
    let steps = 0
    const stumbling: Pace = {
      async step(work) {
        if (++steps !== at) return work()
        if (isWritten) work()
        throw new TroupeError('StoreUnavailable', 'SlowDown', { retryable: true })
      },
    }
    const one = effectsOf(records, stumbling, 'one')
    const pay = (effects: Effects) => effects.perform('pay', { key: 'k' }, act)
    // The claim and what came of it are tried again at once: no later attempt would know of them
    const first = pay(one)
    if (at === 2 || at === 4) expect(await first).toBe('paid')
    else await expect(first).rejects.toMatchObject({ code: 'StoreUnavailable' })
    expect(await pay(next === 'one' ? one : effectsOf(records, atOnce, 'two'))).toBe('paid')
    expect(act).toHaveBeenCalledTimes(1)
  })
})

test('one that waits in the worker for a process that died is not begun, and the next attempt acts', async () => {
  const records = new Records()
  const act = jest.fn(() => 'paid')
  const end = new AbortController()
  const ending: Pace = {
    async step(work) {
      end.abort(new Error('it ended'))
      return work()
    },
  }
  const waiting = effectsOf(records, ending, 'old', undefined, end.signal).perform('pay', { key: 'k' }, act)
  await expect(waiting).rejects.toThrow('it ended')
  expect(await effectsOf(records, atOnce, 'new').perform('pay', { key: 'k' }, act)).toBe('paid')
  expect(act).toHaveBeenCalledTimes(1)
})

test('only where the store is away until the execution ends, nobody knows what came of it', async () => {
  const records = new Records()
  const end = new AbortController()
  let steps = 0
  const away: Pace = {
    async step(work) {
      if (++steps < 4) return work()
      setTimeout(() => end.abort(), 300)
      throw new Error('away')
    },
  }
  const paid = effectsOf(records, away, 'old', undefined, end.signal).perform('pay', { key: 'k' }, () => 0)
  await expect(paid).rejects.toThrow('away')
  expect(steps).toBeGreaterThan(4)
  const next = effectsOf(records, atOnce, 'new').perform('pay', { key: 'k' }, () => 0)
  await expect(next).rejects.toMatchObject({ code: 'UnknownOutcome' })
})
