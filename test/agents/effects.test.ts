// Effects over several executions of one subtask, whatever the order in which they come to the store and wherever one of them
// dies: none is ever done twice, and what one returned every other returns.
import fc from 'fast-check'
import { takeOverEffects } from '../../activities/effects'
import { inputHash } from '../../src/agents/ledger/canonical-json'
import { assumedRecord, closedFence, outcomeRecord } from '../../src/contract/effects'
import type { JsonValue } from '../../src/contract/json'
import type { Store } from '../../src/storage/store'
import { digest, run } from './support/outside'
import { atOnce, effectsOf, never, Records, type Pace } from './support/paced-effects'

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
