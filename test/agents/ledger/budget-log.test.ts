// Reservations of several processes over one store, in whatever order they come to it and wherever an execution dies: what is
// billed never passes a budget at any level, and every process has the same book.
import { BudgetLog } from '../../../activities/budget-log'
import { ExecutionBudget } from '../../../activities/execution-budget'
import type { BudgetLevel } from '../../../src/contract/budget'
import { TroupeError } from '../../../src/contract/errors'
import { budgetRecord, ledgerRecord } from '../../../src/contract/records'
import type { Demand } from '../../../src/contract/run/admission'
import { BudgetBook, type BudgetEntry } from '../../../src/contract/run/budget-book'
import type { RecordStore } from '../../../src/storage/store'
import { Picks } from '../../contract/support/picks'
import { pacedRecords } from './support/paced-records'
import { PRICE, run, spendTogether } from './support/spending-subtasks'

const { signal } = new AbortController()
const SEEDS = 60

test('no budget is passed, whatever the order and wherever somebody dies', async () => {
  let exceeded = 0
  for (let seed = 1; seed <= SEEDS; seed++) {
    const picks = new Picks(seed)
    const records = pacedRecords(picks)
    const tokens = await spendTogether([records, records, records], picks).catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
    })
    exceeded += tokens > 1_000 ? 1 : 0
  }
  // Budgets were really used
  expect(exceeded).toBeGreaterThan(SEEDS / 10)
})

test('a book is the same when it is read from the sums that were written down now and then', async () => {
  const records = pacedRecords(new Picks(7))
  const levels: BudgetLevel[] = [{ level: 'run', limits: { tokens: 100_000 } }]
  const log = new BudgetLog(records, run)
  const of = { run, subtask: 's', execution: 'e', levels, until: Date.now() + 60_000 }
  const budget = new ExecutionBudget(of, log, records, async () => [])
  for (let call = 0; call < 300; call++) {
    const demand = { input: 10, output: 20, least: 20 }
    const { number } = await budget.reserve({ key: String(call), note: String(call) }, demand, signal)
    if (call % 3 === 0) await budget.settle(number, 17, undefined)
    else if (call % 3 === 1) await budget.lose(number)
  }
  expect([...records.kept.keys()].filter((name) => name.includes('/sums/'))).toHaveLength(1)
  // Without the entries before it
  for (let number = 1; number <= 256; number++) records.kept.delete(budgetRecord(run, number))
  const fresh = await new BudgetLog(records, run).read((book) => book.snapshot())
  expect(fresh).toEqual(await log.read((book) => book.snapshot()))
  expect(fresh.spent).toEqual([['run', { calls: 200, tokens: 100 * 17 + 100 * 30, billionths: 0 }]])
})

test.each([
  ['the run alone has a budget', 1],
  ['each of its subtasks has one', 5_000],
])('the sums of a long run take no more room than its entries: %s', (_what, subtasks) => {
  const book = new BudgetBook()
  const bytes = { entries: 0, sums: 0 }
  const enter = (entry: BudgetEntry): void => {
    bytes.entries += JSON.stringify(entry).length
    book.apply(entry)
    if (book.isSumDue) bytes.sums += JSON.stringify(book.snapshot()).length
  }
  const amount = { calls: 1, tokens: 33_000, billionths: 123_456_789 }
  for (let call = 0; call < 20_000; call++) {
    const subtask = `modules/${call % subtasks}/coder`
    const levels = ['run', ...(subtasks > 1 ? [`subtask/${subtask}`] : [])]
    const names = { execution: 'e'.repeat(64), key: 'k'.repeat(64), note: 'abcdefabcdef-0' }
    enter({ kind: 'reserve', levels, amount, subtask, ...names, until: 1e12 })
    if (call % 50 === 0) enter({ kind: 'lose', of: book.last })
    else enter({ kind: 'settle', of: book.last, amount })
  }
  expect(bytes.sums).toBeGreaterThan(0)
  expect(bytes.sums).toBeLessThan(bytes.entries)
})

test('a late answer corrects what was given up, once', async () => {
  const records = pacedRecords(new Picks(1))
  const levels: BudgetLevel[] = [{ level: 'run', limits: { tokens: 100 } }]
  const log = new BudgetLog(records, run)
  const open = (execution: string) =>
    new ExecutionBudget(
      { run, subtask: 's', execution, levels, until: Date.now() + 60_000 },
      log,
      records,
      async () => [],
    )
  const demand = { input: 10, output: 70, least: 70 }
  const [zombie, next] = [open('first'), open('second')]
  const { number } = await zombie.reserve({ key: 'k', note: '1' }, demand, signal)
  // The same subtask again: what the first one did is not known, and counts
  await expect(next.reserve({ key: 'k', note: '2' }, demand, signal)).rejects.toMatchObject({ code: 'BudgetExceeded' })
  expect(await next.left()).toMatchObject([{ left: { tokens: 20 } }])
  await zombie.settle(number, 15, undefined)
  await zombie.settle(number, 15, undefined)
  expect(await next.left()).toMatchObject([{ left: { tokens: 85 } }])
  await expect(next.reserve({ key: 'k', note: '3' }, demand, signal)).resolves.toMatchObject({ output: 70 })
})

test('waits for what others have reserved, and ends with its execution', async () => {
  const records = pacedRecords(new Picks(1))
  const levels: BudgetLevel[] = [{ level: 'run', limits: { usd: 0.001_1 } }]
  const until = Date.now() + 60_000
  const open = (subtask: string) =>
    new ExecutionBudget(
      { run, subtask, execution: subtask, levels, until },
      new BudgetLog(records, run),
      records,
      async () => [],
    )
  const demand = { input: 10, output: 300, least: 300, price: PRICE }
  const [one, two] = [open('one'), open('two')]
  const { number } = await one.reserve({ key: 'a', note: 'a' }, demand, signal)
  const stop = new AbortController()
  const given = two.reserve({ key: 'b', note: 'b' }, demand, stop.signal)
  stop.abort(new TroupeError('Cancelled', 'enough'))
  await expect(given).rejects.toMatchObject({ code: 'Cancelled' })
  const waiting = two.reserve({ key: 'b', note: 'b' }, demand, signal)
  await one.settle(number, 10, 0.000_1)
  expect((await waiting).amount).toEqual({ calls: 1, tokens: 310, billionths: 1_000_000 })
  await expect(
    one.reserve({ key: 'c', note: 'c' }, { ...demand, price: undefined } as unknown as Demand, signal),
  ).rejects.toMatchObject({
    code: 'PriceUnknown',
  })
})

describe('a call that could have a longer answer when others have ended', () => {
  const levels: BudgetLevel[] = [{ level: 'run', limits: { tokens: 1_000 } }]
  const demand: Demand = { input: 100, output: 500, least: 50 }

  function openers(patienceMs?: number) {
    const records = pacedRecords(new Picks(1))
    const log = new BudgetLog(records, run)
    return (subtask: string) => {
      const of = { run, subtask, execution: subtask, levels, until: Date.now() + 60_000 }
      return new ExecutionBudget(of, log, records, async () => [], 1, patienceMs)
    }
  }

  const reserve = (budget: ExecutionBudget, key: string, more: Partial<Demand> = {}) =>
    budget.reserve({ key, note: key }, { ...demand, ...more }, signal)

  test('waits for them, and is cut short only by what is really spent', async () => {
    const open = openers()
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, place) => {
        const budget = open(`s${place}`)
        const { number, output } = await reserve(budget, `k${place}`)
        await new Promise(setImmediate)
        await budget.settle(number, 50, undefined)
        return output
      }),
    )
    expect(answers).toEqual(Array.from({ length: 8 }, () => 500))
    const last = open('last')
    await last.settle((await reserve(last, 'x', { input: 0 })).number, 300, undefined)
    // 700 tokens are spent: no waiting brings more than 200 for an answer
    expect(await reserve(last, 'y')).toMatchObject({ output: 200 })
  })

  test('takes what there is where it waits in vain', async () => {
    const open = openers(0)
    expect(await reserve(open('dead'), 'a')).toMatchObject({ output: 500 })
    expect(await reserve(open('next'), 'b')).toMatchObject({ output: 300 })
  })

  test('takes what there is while its execution reads a stream, whose end may wait for it', async () => {
    const budget = openers()('one')
    await reserve(budget, 'a', { streamed: true })
    expect(await reserve(budget, 'b')).toMatchObject({ output: 300 })
  })
})

describe('who reads a stream and asks something else meanwhile', () => {
  const open = (records: RecordStore, subtask: string, tokens: number, readerPatienceMs?: number) => {
    const levels: BudgetLevel[] = [{ level: 'run', limits: { tokens } }]
    const of = { run, subtask, execution: subtask, levels, until: Date.now() + 60_000 }
    return new ExecutionBudget(of, new BudgetLog(records, run), records, async () => [], 1, 60_000, readerPatienceMs)
  }
  const stream: Demand = { input: 100, output: 1_500, least: 50, streamed: true }

  test('does not wait for what the stream itself has reserved', async () => {
    const budget = open(pacedRecords(new Picks(1)), 'one', 1_000)
    expect(await budget.reserve({ key: 'a', note: 'a' }, stream, signal)).toMatchObject({ output: 900 })
    const inner = budget.reserve({ key: 'b', note: 'b' }, { input: 100, output: 500, least: 50 }, signal)
    await expect(inner).rejects.toMatchObject({ code: 'BudgetExceeded' })
  })

  test('waits for what others have reserved, but not for one that waits for it', async () => {
    const records = pacedRecords(new Picks(1))
    const [one, two] = [open(records, 'one', 4_000, 50), open(records, 'two', 4_000, 50)]
    const inner = { input: 500, output: 1_500, least: 400 }
    const streams = [
      await one.reserve({ key: 'a', note: 'a' }, stream, signal),
      await two.reserve({ key: 'b', note: 'b' }, stream, signal),
    ]
    await expect(one.reserve({ key: 'c', note: 'c' }, inner, signal)).rejects.toMatchObject({ code: 'BudgetExceeded' })
    const waiting = two.reserve({ key: 'd', note: 'd' }, inner, signal)
    await one.settle(streams[0]!.number, 300, undefined)
    expect(await waiting).toMatchObject({ output: 1_500 })
  })
})

describe('what is known of a call counts, and no more', () => {
  const levels: BudgetLevel[] = [{ level: 'run', limits: { tokens: 1_000 } }]
  const demand: Demand = { input: 100, output: 700, least: 50 }
  const call = (note: string) => ({ key: note, note })

  /** An execution, and what the book says; `fails` decides which creations the store reports as failed, made or not. */
  function begin() {
    const records = pacedRecords(new Picks(1))
    const store = { ...records, fails: (_entry: string): 'made' | 'not made' | undefined => undefined }
    store.create = async (name, value) => {
      const failure = name.includes('/entries/') ? store.fails(JSON.stringify(value)) : undefined
      const created = failure === 'not made' ? undefined : await records.create(name, value)
      if (failure ?? !created) throw new Error('the store is down')
      return created!
    }
    const log = new BudgetLog(store, run)
    const of = { run, subtask: 's', execution: 'e', levels, until: Date.now() + 60_000 }
    const budget = new ExecutionBudget(of, log, store, async () => [], 1, 0)
    const counted = () => log.read((book) => book.spent('run').tokens + book.reserved('run').tokens)
    return { store, budget, counted }
  }

  test('when its answer comes after the execution has ended', async () => {
    const { budget, counted } = begin()
    const { number } = await budget.reserve(call('a'), demand, signal)
    await budget.end()
    expect(await counted()).toBe(800)
    await budget.settle(number, 15, undefined)
    expect(await counted()).toBe(15)
  })

  test('when the store was down as it was settled', async () => {
    const { store, budget, counted } = begin()
    const [answered, refused] = [
      await budget.reserve(call('a'), { ...demand, output: 200 }, signal),
      await budget.reserve(call('b'), { ...demand, output: 200 }, signal),
    ]
    store.fails = (entry) => (entry.includes('settle') ? 'not made' : undefined)
    await expect(budget.settle(answered.number, 15, undefined)).rejects.toThrow('the store is down')
    await expect(budget.release(refused.number)).rejects.toThrow('the store is down')
    store.fails = () => undefined
    await budget.end()
    expect(await counted()).toBe(15)
  })

  test('when the store was down as its answer was recorded, and the record stands', async () => {
    const { store, budget, counted } = begin()
    const { number } = await budget.reserve(call('a'), demand, signal)
    await store.create(ledgerRecord(run, 'model', 's', 'a'), { reservation: number, tokens: { input: 10, output: 5 } })
    await budget.end()
    expect(await counted()).toBe(15)
  })

  test.each(['made', 'not made'] as const)(
    'when its reservation failed, as the store said, and was %s',
    async (how) => {
      const { store, budget, counted } = begin()
      let downs = 2
      store.fails = () => (downs-- > 0 ? how : undefined)
      // The second to fail is what takes it back
      await expect(budget.reserve(call('a'), demand, signal)).rejects.toThrow('the store is down')
      downs = 0
      expect(await budget.reserve(call('b'), demand, signal)).toMatchObject({ output: 700 })
      expect(await counted()).toBe(800)
      await budget.end()
    },
  )

  test('when its execution ended while it waited: it is not made', async () => {
    const { budget, counted } = begin()
    const { number } = await budget.reserve(call('a'), demand, signal)
    const waiting = budget.reserve(call('b'), { ...demand, least: 700 }, signal)
    await counted() // it has been looked for room
    await budget.settle(number, 15, undefined)
    await budget.end()
    await expect(waiting).rejects.toMatchObject({ code: 'Cancelled' })
    expect(await counted()).toBe(15)
  })
})

test('who waits asks the store for nothing while its own process has all the news', async () => {
  const records = pacedRecords(new Picks(3))
  let reads = 0
  const counted: RecordStore = { ...records, read: (name) => (reads++, records.read(name)) }
  const log = new BudgetLog(counted, run)
  const levels: BudgetLevel[] = [{ level: 'run', limits: { calls: 100, tokens: 1_000 } }]
  const demand: Demand = { input: 0, output: 900, least: 900 }
  const calls = Array.from({ length: 20 }, async (_, place) => {
    const of = { run, subtask: `s${place}`, execution: `e${place}`, levels, until: Date.now() + 600_000 }
    // Nobody looks for what other processes do: there are none
    const budget = new ExecutionBudget(of, log, counted, async () => [], 600_000)
    const { number } = await budget.reserve({ key: `k${place}`, note: '' }, demand, signal)
    await budget.settle(number, 1, undefined)
  })
  await Promise.all(calls)
  expect(reads).toBeLessThanOrEqual(3 * calls.length)
})
