// Subtasks that spend, over logs of several processes: executions that die wherever the seed says, and a provider that counts.
import { BudgetLog } from '../../../../activities/budget-log'
import { ExecutionBudget } from '../../../../activities/execution-budget'
import type { Budget, BudgetLevel } from '../../../../src/contract/budget'
import type { TroupeError } from '../../../../src/contract/errors'
import { usdOf, wholeBillionths } from '../../../../src/contract/prices'
import { budgetRecord, ledgerRecord, refusedRecord } from '../../../../src/contract/records'
import type { Demand } from '../../../../src/contract/run/admission'
import { BudgetBook, type BudgetEntry } from '../../../../src/contract/run/budget-book'
import type { RecordStore } from '../../../../src/storage/store'
import type { Picks } from '../../../contract/support/picks'

export const run = { workflowId: 'w', firstRunId: 'r' }
export const PRICE = { input: 0.000_1, perOutputToken: 0.000_003 }
const { signal } = new AbortController()

/** One that works on the run: its log, and its way to the store. */
interface Process {
  log: BudgetLog
  records: RecordStore
}

interface Billed extends Required<Omit<Budget, 'wallMs'>> {
  billionths: number
}

const NONE = (): Billed => ({ usd: 0, tokens: 0, calls: 0, billionths: 0 })

/** What calls did, level by level, as a provider would bill them; throws when a limit is passed. */
class Provider {
  readonly levels = new Map<string, Billed>()

  bill(levels: readonly BudgetLevel[], tokens: number, billionths: number): void {
    for (const level of levels) {
      const name = level.level === 'run' ? 'run' : `${level.level}/${level.name}`
      const sum = this.levels.get(name) ?? NONE()
      sum.tokens += tokens
      sum.calls += 1
      sum.billionths += billionths
      sum.usd = usdOf(sum.billionths)
      this.levels.set(name, sum)
      for (const key of ['usd', 'tokens', 'calls'] as const) {
        const limit = level.limits[key]
        if (limit !== undefined && sum[key] > limit)
          throw new Error(`${name} passed its ${key}: ${sum[key]} of ${limit}`)
      }
    }
  }
}

function levelsOf(subtask: number): BudgetLevel[] {
  return [
    { level: 'run', limits: { tokens: 2_000, usd: 0.02 } },
    { level: 'agent', name: `agent-${subtask % 2}`, limits: { calls: 14 } },
    ...(subtask % 3 === 0 ? [{ level: 'subtask' as const, name: `s${subtask}`, limits: { tokens: 700 } }] : []),
  ]
}

/** One subtask: executions one after the other, each of some calls, until one comes to its end or a budget does. */
async function spend(number: number, processes: Process[], provider: Provider, picks: Picks) {
  const levels = levelsOf(number)
  let done = 0
  for (let attempt = 1; ; attempt++) {
    const of = { run, subtask: `s${number}`, execution: `${number}-${attempt}`, levels, until: Date.now() + 60_000 }
    const { log, records } = picks.of(processes)
    const budget = new ExecutionBudget(of, log, records, async () => [], 1)
    for (; done < 4; done++) {
      const demand: Demand = { input: 10 + picks.below(40), output: 50 + picks.below(150), least: 20, price: PRICE }
      const call = { key: `key-${number}-${done}`, note: `${number}-${attempt}-${done}` }
      const reserved = await budget.reserve(call, demand, signal).catch((error: unknown) => {
        if ((error as TroupeError).code === 'BudgetExceeded') return undefined
        throw error
      })
      if (!reserved) return
      expect(reserved.output).toBeLessThanOrEqual(demand.output)
      if (picks.chance(0.1)) break // dies before it is sent
      if (picks.chance(0.15)) {
        await records.create(refusedRecord(run, of.subtask, call.key, call.note), true)
        if (picks.chance(0.3)) break
        await budget.release(reserved.number)
        continue
      }
      const output = picks.below(reserved.output + 1)
      const tokens = picks.below(demand.input + 1) + output
      const usd = usdOf(wholeBillionths(PRICE.input + PRICE.perOutputToken * output))
      provider.bill(levels, tokens, wholeBillionths(usd))
      if (picks.chance(0.1)) break // dies while it is answered
      const record = { reservation: reserved.number, tokens: { input: tokens, output: 0 }, usd }
      await records.create(ledgerRecord(run, 'model', of.subtask, call.key), record)
      if (picks.chance(0.1)) break // dies between record and settlement
      await budget.settle(reserved.number, tokens, usd)
    }
    if (done >= 4) return budget.end()
  }
}

async function bookOf(records: RecordStore): Promise<BudgetBook> {
  const book = new BudgetBook()
  for (;;) {
    const entry = await records.read(budgetRecord(run, book.last + 1))
    if (entry === undefined) return book
    book.apply(entry as unknown as BudgetEntry)
  }
}

/**
 * Eight subtasks at once in as many processes as there are ways to the one store: no budget is passed, and every process has the
 * same book, which holds what was billed. Returns the tokens that were.
 */
export async function spendTogether(ways: readonly RecordStore[], picks: Picks): Promise<number> {
  const processes = ways.map((records) => ({ log: new BudgetLog(records, run), records }))
  const provider = new Provider()
  await Promise.all(Array.from({ length: 8 }, (_, number) => spend(number, processes, provider, picks)))
  const book = await bookOf(ways[0]!)
  const fresh = await new BudgetLog(ways[0]!, run).read((one) => one.snapshot())
  for (const { log } of processes) expect(await log.read((one) => one.snapshot())).toEqual(fresh)
  expect(fresh).toEqual(book.snapshot())
  for (const [level, billed] of provider.levels) {
    // What the book holds is what was billed, and what may have been
    expect(book.spent(level).tokens + book.reserved(level).tokens).toBeGreaterThanOrEqual(billed.tokens)
    expect(book.spent(level).billionths + book.reserved(level).billionths).toBeGreaterThanOrEqual(billed.billionths)
  }
  return provider.levels.get('run')!.tokens
}
