// Effects over several executions of one subtask, whatever the order in which they come to the store and wherever one of them
// dies: none is ever done twice, and what one returned every other returns.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { ExecutionEffects, takeOverEffects } from '../../activities/effects'
import type { Effects } from '../../src/agents/effect'
import { inputHash } from '../../src/agents/ledger/canonical-json'
import { assumedRecord, closedFence, outcomeRecord } from '../../src/contract/effects'
import { TroupeError } from '../../src/contract/errors'
import type { JsonValue } from '../../src/contract/json'
import type { Store } from '../../src/storage/store'
import { effectsOn, nobody } from './support/effects-on'

const run = { workflowId: 'w', firstRunId: 'r' }
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const outputs = {
  keep: async (inline: JsonValue) => ({ inline }),
  load: async (stored: object) => (stored as { inline: JsonValue }).inline,
}

/** Records as every store keeps them. */
class Records {
  readonly kept = new Map<string, JsonValue>()

  create(name: string, value: JsonValue): { created: boolean; value: JsonValue } {
    const created = !this.kept.has(name)
    if (created) this.kept.set(name, structuredClone(value))
    return { created, value: structuredClone(this.kept.get(name)!) }
  }
  read(name: string): JsonValue | undefined {
    return this.kept.get(name)
  }
  list(prefix: string): string[] {
    return [...this.kept.keys()].filter((name) => name.startsWith(prefix)).sort()
  }
}

/** How one execution comes to the store: each step waits for its turn, and one that has died takes none any more. */
interface Pace {
  step<Value>(work: () => Value): Promise<Value>
}

let clock = 0

function effectsOf(
  records: Records,
  pace: Pace,
  token: string,
  signal = new AbortController().signal,
  scheduledAt = ++clock,
  ended = new AbortController().signal,
): Effects {
  const store = {
    records: {
      create: (name: string, value: JsonValue) => pace.step(() => records.create(name, value)),
      read: (name: string) => pace.step(() => records.read(name)),
      list: (prefix: string) => pace.step(() => records.list(prefix)),
    },
  } as unknown as Store
  const host = {
    store,
    outputs,
    digest,
    heartbeatTimeoutMs: 2_000,
    rest: () => pace.step(() => undefined),
    ended,
    approvals: nobody,
  }
  const effects = new ExecutionEffects({ run, subtask: 'a', agent: 'pays', token, scheduledAt }, host)
  return effectsOn(effects, signal)
}

const atOnce: Pace = { step: async (work) => work() }
const never = new Promise<never>(() => undefined)

test('executions side by side, killed anywhere: none acts twice, and all agree', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.option(fc.nat(14), { nil: undefined }), { minLength: 1, maxLength: 4 }),
      async (scheduler, deaths) => {
        const records = new Records()
        const acted: string[] = []
        const ended: string[] = []
        deaths.forEach((death, place) => {
          let steps = 0
          const pace: Pace = {
            async step(work) {
              await scheduler.schedule(Promise.resolve())
              const value = steps++ === death ? await never : work()
              // It may also die after the store has it
              return steps === death ? never : value
            },
          }
          const effects = effectsOf(records, pace, `token-${place}`)
          const act = () =>
            pace.step(() => {
              acted.push(`by ${place}`)
              return `done by ${place}`
            })
          void effects.perform('pay', { key: 'k', input: { sum: 5 } }, act).then(
            (value) => ended.push(value),
            (error: { code: string }) => ended.push(error.code),
          )
        })
        await scheduler.waitIdle()
        expect(acted.length).toBeLessThanOrEqual(1)
        const values = ended.filter((end) => end.startsWith('done'))
        if (values.length > 0) expect(values).toEqual(values.map(() => `done ${acted[0]}`))
        expect(
          ended.filter((end) => !end.startsWith('done') && !['UnknownOutcome', 'Cancelled'].includes(end)),
        ).toEqual([])
        // One that comes when all others are dead or done knows too, or says that nobody does
        const last = effectsOf(records, atOnce, 'last').perform('pay', { key: 'k', input: { sum: 5 } }, () => {
          acted.push('by last')
          return 'done by last'
        })
        const told = await last.catch((error: { code: string }) => error.code)
        expect(acted.length).toBeLessThanOrEqual(1)
        expect(told === 'UnknownOutcome' || told === `done ${acted[0]}`).toBe(true)
        if (values.length > 0) expect(told).toBe(values[0])
        // What nobody did, and nobody died over, is done by the last
        if (acted.length === 0) expect(deaths.some((death) => death !== undefined)).toBe(true)
      },
    ),
    { numRuns: 3_000 },
  )
})

test('a later attempt gets what an earlier one returned, also where two ask at once', async () => {
  const records = new Records()
  let calls = 0
  const act = async (key: string) => ({ receipt: ++calls, key })
  const first = effectsOf(records, atOnce, 'one')
  const [one, two] = await Promise.all([
    first.perform('pay', { key: 'k' }, act),
    first.perform('pay', { key: 'k' }, act),
  ])
  expect(two).toEqual(one)
  expect(await effectsOf(records, atOnce, 'two').perform('pay', { key: 'k' }, act)).toEqual(one)
  const other = await effectsOf(records, atOnce, 'three').perform('pay', { key: 'other' }, act)
  expect(other.receipt).toBe(2)
  expect(other.key).not.toBe(one.key)
  expect(await effectsOf(records, atOnce, 'four').perform('log', { key: 'void' }, () => undefined)).toBeNull()
})

test('the same key with another input is an error, and nothing is done', async () => {
  const records = new Records()
  const act = jest.fn(() => 'paid')
  await effectsOf(records, atOnce, 'one').perform('pay', { key: 'k', input: { sum: 5 } }, act)
  const again = effectsOf(records, atOnce, 'two').perform('pay', { key: 'k', input: { sum: 6 } }, act)
  await expect(again).rejects.toMatchObject({
    code: 'EffectConflict',
    retryable: false,
    message: expect.stringContaining('"pay" (key "k")') as string,
  })
  expect(act).toHaveBeenCalledTimes(1)
})

test('one that threw may have happened, unless its author knows better', async () => {
  const records = new Records()
  const fails = () => Promise.reject(new Error('socket hang up'))
  const unknown = {
    code: 'UnknownOutcome',
    retryable: false,
    message: expect.stringContaining('socket hang up') as string,
  }
  await expect(effectsOf(records, atOnce, 'one').perform('pay', { key: 'k' }, fails)).rejects.toMatchObject(unknown)
  const act = jest.fn(() => 'paid')
  await expect(effectsOf(records, atOnce, 'two').perform('pay', { key: 'k' }, act)).rejects.toMatchObject(unknown)
  expect(act).not.toHaveBeenCalled()

  const known = { key: 'safe', isNotDone: (error: unknown) => (error as Error).message === 'socket hang up' }
  await expect(effectsOf(records, atOnce, 'one').perform('pay', known, fails)).rejects.toThrow('socket hang up')
  expect(await effectsOf(records, atOnce, 'two').perform('pay', known, act)).toBe('paid')
})

test('one that was told to end before it acts does nothing, and the next attempt acts', async () => {
  const records = new Records()
  const end = new AbortController()
  const pace: Pace = {
    step: async (work) => {
      end.abort(new Error('shut down'))
      return work()
    },
  }
  const act = jest.fn(() => 'paid')
  await expect(effectsOf(records, pace, 'one', end.signal).perform('pay', { key: 'k' }, act)).rejects.toThrow(
    'shut down',
  )
  expect(act).not.toHaveBeenCalled()
  expect(await effectsOf(records, atOnce, 'two').perform('pay', { key: 'k' }, act)).toBe('paid')
})

test('what returned no JSON was done all the same', async () => {
  const records = new Records()
  const act = jest.fn(() => 1n as never)
  await expect(effectsOf(records, atOnce, 'one').perform('pay', { key: 'k' }, act)).rejects.toMatchObject({
    code: 'AgentFailed',
  })
  expect(await effectsOf(records, atOnce, 'two').perform('pay', { key: 'k' }, act)).toBeNull()
  expect(act).toHaveBeenCalledTimes(1)
})

test('an execution that was taken over by a newer one does nothing any more, and leaves it to that one', async () => {
  const records = new Records()
  const act = jest.fn(() => 'paid')
  const old = effectsOf(records, atOnce, 'old')
  await old.perform('pay', { key: 'first' }, act)
  const newer = effectsOf(records, atOnce, 'newer')
  await newer.perform('pay', { key: 'second' }, act)
  await expect(old.perform('pay', { key: 'third' }, act)).rejects.toMatchObject({ code: 'Cancelled' })
  expect(act).toHaveBeenCalledTimes(2)
  expect(await newer.perform('pay', { key: 'third' }, act)).toBe('paid')
})

test('an old execution that comes late to its first effect neither acts nor stands in the way of the newer one', async () => {
  const records = new Records()
  const act = jest.fn(() => 'paid')
  const [old, newer] = [effectsOf(records, atOnce, 'old'), effectsOf(records, atOnce, 'newer')]
  await newer.perform('pay', { key: 'first' }, act)
  await expect(old.perform('pay', { key: 'second' }, act)).rejects.toMatchObject({ code: 'Cancelled' })
  expect(await newer.perform('pay', { key: 'second' }, act)).toBe('paid')
  records.create(closedFence(run, 'a'), { token: 'closed' })
  await expect(newer.perform('pay', { key: 'third' }, act)).rejects.toMatchObject({ code: 'Cancelled' })
  await expect(effectsOf(records, atOnce, 'next').perform('pay', { key: 'third' }, act)).rejects.toMatchObject({
    code: 'Cancelled',
  })
  expect(act).toHaveBeenCalledTimes(2)
})

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
  const waiting = effectsOf(records, ending, 'old', undefined, undefined, end.signal).perform('pay', { key: 'k' }, act)
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
  const paid = effectsOf(records, away, 'old', undefined, undefined, end.signal).perform('pay', { key: 'k' }, () => 0)
  await expect(paid).rejects.toThrow('away')
  expect(steps).toBeGreaterThan(4)
  const next = effectsOf(records, atOnce, 'new').perform('pay', { key: 'k' }, () => 0)
  await expect(next).rejects.toMatchObject({ code: 'UnknownOutcome' })
})

test('what a person says of it counts, unless the execution that had it says more', async () => {
  const records = new Records()
  const act = jest.fn(() => 'paid')
  const dies = (): Promise<never> => never
  for (const [key, done] of [
    ['was', true],
    ['was not', false],
  ] as const) {
    void effectsOf(records, atOnce, 'old').perform('pay', { key }, dies)
    await new Promise(setImmediate)
    const claim = [...records.kept.keys()]
      .filter((name) => name.endsWith('/claim'))
      .find((name) => !records.kept.has(assumedRecord(name)))!
    records.create(assumedRecord(claim), { done, by: 'ada' })
    expect(await effectsOf(records, atOnce, 'new').perform('pay', { key }, act)).toBe(done ? null : 'paid')
  }
  expect(act).toHaveBeenCalledTimes(1)

  let finish = (_: string): void => undefined
  const late = effectsOf(records, atOnce, 'old').perform(
    'pay',
    { key: 'late' },
    () => new Promise<string>((resolve) => (finish = resolve)),
  )
  await new Promise(setImmediate)
  const claim = [...records.kept.keys()]
    .filter((name) => name.endsWith('/claim'))
    .find((name) => !records.kept.has(assumedRecord(name)) && !records.kept.has(outcomeRecord(name)))!
  records.create(assumedRecord(claim), { done: true, by: 'ada' })
  finish('paid late')
  await late
  expect(await effectsOf(records, atOnce, 'new').perform('pay', { key: 'late' }, act)).toBe('paid late')
})

test('what a run takes over is not done again, unless it has another input there', async () => {
  const records = new Records()
  const act = jest.fn(() => 'paid')
  const store = {
    records: { create: async (name: string, value: JsonValue) => records.create(name, value) },
  } as unknown as Store
  const effect = (input: unknown, value: string) => ({
    ...{ name: 'pay', key: 'k', subtask: 'a', agent: 'pays', token: 'before', inputHash: inputHash(input) },
    value: { inline: value },
  })
  const taken = [effect({ sum: 5 }, 'paid five'), effect({ sum: 6 }, 'paid six')]
  for (let attempt = 0; attempt < 2; attempt++) await takeOverEffects(taken, run, { store, digest })
  const pay = (sum: number) =>
    effectsOf(records, atOnce, `pays ${sum}`).perform('pay', { key: 'k', input: { sum } }, act)
  expect([await pay(5), await pay(6)]).toEqual(['paid five', 'paid six'])
  expect(act).not.toHaveBeenCalled()
  expect(await pay(7)).toBe('paid')
  await expect(pay(8)).rejects.toMatchObject({ code: 'EffectConflict' })
})
