// EFFECTS. The budgets of one execution: each model call reserves what it may use at most before it is made, at every level,
// and settles what it has used. What an execution that died has reserved counts in full, unless its answer or its refusal is
// found: it may have been billed.
import { levelName, type BudgetKey, type BudgetLeft, type BudgetLevel } from '../src/contract/budget'
import { TroupeError } from '../src/contract/errors'
import type { RunKey } from '../src/contract/messages'
import { wholeBillionths } from '../src/contract/prices'
import { ledgerRecord, refusedRecord, surplusRecord, type LedgerRecord } from '../src/contract/records'
import { admit, budgetLeft, type Admission, type Demand, type Obstacle } from '../src/contract/run/admission'
import type { Amount, BudgetBook, Reservation } from '../src/contract/run/budget-book'
import { budgetExceeded, ownerText, PRICE_HINT, usdText } from '../src/contract/run/budget-texts'
import type { Spent } from '../src/contract/run/spending'
import type { RecordStore } from '../src/storage/store'
import type { BudgetLog } from './budget-log'

/** While calls wait for others, one of them looks so often for what other processes have settled. */
const LOOK_MS = 250
/** Longer than the longest answer takes: what is still reserved then belongs to who died, and a shorter answer is better than none. */
const PATIENCE_MS = 10 * 60_000
/** An entry says what has happened, whatever the book holds. */
const ANYWAY = Infinity
const NOTHING: Required<Amount> = { calls: 0, tokens: 0, billionths: 0 }

/** Which call it is: its key in the ledger, and what tells its notes there apart. */
export type ReservedCall = Pick<Reservation, 'key' | 'note'>

export interface Reserved extends ReservedCall {
  number: number
  amount: Amount
  /** Tokens that the answer may have. */
  output: number
  streamed: boolean
  left: BudgetLeft[]
}

export interface BudgetOf {
  run: RunKey
  subtask: string
  /** The token of this attempt. */
  execution: string
  levels: readonly BudgetLevel[]
  /** When this execution has ended for certain, in milliseconds since the epoch. */
  until: number
}

interface Asked {
  call: ReservedCall
  demand: Demand
  patientUntil: number
  staleMs: number
}

interface Answer {
  found: Reserved | Exclude<Admission, { kind: 'granted' }>
  /** What stands in its way, though nobody uses it any more. */
  over: [number, Reservation][]
}

export class ExecutionBudget {
  private readonly open = new Map<number, Reserved>()
  private takenOver: Promise<void> | undefined

  constructor(
    private readonly of: BudgetOf,
    private readonly log: BudgetLog,
    private readonly records: RecordStore,
    /** What the run has used, by subtask: told where a budget is used up. */
    private readonly spent: () => Promise<Spent[]>,
    private readonly lookMs = LOOK_MS,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  get levels(): readonly BudgetLevel[] {
    return this.of.levels
  }

  /**
   * Waits while others have reserved what it needs.
   * @throws TroupeError `BudgetExceeded`, or `PriceUnknown` where money is limited; the reason of an abort
   */
  async reserve(call: ReservedCall, demand: Demand, signal: AbortSignal): Promise<Reserved> {
    await this.takeOver()
    const patientUntil = Date.now() + this.patienceMs
    for (let staleMs = 0; ; staleMs = this.lookMs) {
      signal.throwIfAborted()
      const news = this.log.changed()
      const { found, over } = await this.ask({ call, demand, patientUntil, staleMs })
      if ('number' in found) {
        this.open.set(found.number, found)
        return found
      }
      if (found.kind === 'unpriced') throw priceUnknown(found.level)
      await this.closeAll(over)
      if (over.length > 0) continue
      if (found.kind === 'refused') throw await this.exceeded(found, demand)
      if (Date.now() > this.of.until) throw new TroupeError('Timeout', 'its time was over before there was room')
      await this.pause(news, signal)
    }
  }

  /** What earlier executions of the subtask have left open is closed, once, so that others do not wait for it. */
  takeOver(): Promise<void> {
    this.takenOver ??= this.log.read((book) => this.overIn(book)).then((over) => this.closeAll(over))
    // A store that fails now may answer later
    this.takenOver.catch(() => (this.takenOver = undefined))
    return this.takenOver
  }

  /** What it has used in the end; money as it is known. */
  async settle(number: number, tokens: number, usd: number | undefined): Promise<void> {
    const reserved = this.open.get(number)
    if (!reserved) return
    const billionths = usd === undefined ? reserved.amount.billionths : wholeBillionths(usd)
    await this.close(number, { calls: 1, tokens, ...(billionths === undefined ? {} : { billionths }) })
  }

  /** It was not made, or the provider did nothing. */
  release(number: number): Promise<void> {
    return this.close(number, NOTHING)
  }

  /** It failed, and may have been billed: it counts in full. */
  async lose(number: number): Promise<void> {
    this.open.delete(number)
    await this.log.append(() => ({ entry: { kind: 'lose', of: number }, value: undefined }), ANYWAY)
  }

  /** What is under way when the execution ends. */
  async end(): Promise<void> {
    for (const number of [...this.open.keys()]) await this.lose(number)
  }

  left(): Promise<BudgetLeft[]> {
    return this.log.read((book) => budgetLeft(book, this.levels, Date.now()))
  }

  private async close(number: number, amount: Amount): Promise<void> {
    await this.log.append(() => ({ entry: { kind: 'settle', of: number, amount }, value: undefined }), ANYWAY)
    this.open.delete(number)
  }

  private ask({ call, demand, patientUntil, staleMs }: Asked): Promise<Answer> {
    const { subtask, execution, levels, until } = this.of
    // Who reads a stream of this execution may wait for this very call: what others hold must not hold up what they wait for
    const isReading = [...this.open.values()].some(({ streamed }) => streamed)
    const { streamed = false } = demand
    return this.log.append<Answer>((book) => {
      const now = Date.now()
      const found = admit(book, levels, demand, now, !isReading && now < patientUntil)
      if (found.kind !== 'granted') return { value: { found, over: this.overIn(book) } }
      const { amount, output } = found
      const left = budgetLeft(book, levels, now)
      return {
        entry: { kind: 'reserve', levels: levels.map(levelName), amount, subtask, execution, ...call, until },
        value: { found: { ...call, number: book.last + 1, amount, output, streamed, left }, over: [] },
      }
    }, staleMs)
  }

  /** What executions that are over have left open. */
  private overIn({ open }: BudgetBook): [number, Reservation][] {
    const { subtask, execution } = this.of
    const isOver = (one: Reservation): boolean =>
      one.until < Date.now() || (one.subtask === subtask && one.execution !== execution)
    return [...open].filter(([, one]) => isOver(one))
  }

  private async closeAll(over: [number, Reservation][]): Promise<void> {
    for (const [number, reservation] of over) {
      const amount = await this.usedBy(number, reservation)
      const entry = amount ? ({ kind: 'settle', of: number, amount } as const) : ({ kind: 'lose', of: number } as const)
      await this.log.append((book) => ({ ...(book.open.has(number) ? { entry } : {}), value: undefined }), ANYWAY)
    }
  }

  /** What the ledger says of a call that nobody settled; undefined if it was cut off. */
  private async usedBy(number: number, { key, note, amount }: Reservation): Promise<Amount | undefined> {
    const { run } = this.of
    for (const name of [ledgerRecord(run, 'model', key), surplusRecord(run, key, note)]) {
      const record = (await this.records.read(name)) as LedgerRecord | undefined
      if (record?.reservation !== number || !record.tokens) continue
      const { tokens, usd } = record
      const billionths = usd === undefined ? amount.billionths : wholeBillionths(usd)
      return { calls: 1, tokens: tokens.input + tokens.output, ...(billionths === undefined ? {} : { billionths }) }
    }
    return (await this.records.read(refusedRecord(run, key, note))) === undefined ? undefined : NOTHING
  }

  private async pause(news: Promise<void>, signal: AbortSignal): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    let stop: () => void = () => undefined
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', (stop = resolve as () => void)))
    const time = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.lookMs)))
    await Promise.race([news, time, aborted])
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }

  private async exceeded({ level, key }: Obstacle, demand: Demand): Promise<TroupeError> {
    const left = (await this.left()).find((one) => levelName(one) === levelName(level))?.left[key] ?? 0
    const spent = level.level === 'run' && key === 'tokens' ? await this.spent() : []
    return budgetExceeded({ level, key }, { left, spent, needs: leastNeed(key, demand) })
  }
}

/** What not even the shortest answer can do without. */
function leastNeed(key: BudgetKey, { input, least, price }: Demand): number | undefined {
  if (key === 'tokens') return input + least
  return key === 'usd' && price ? price.input + price.perOutputToken * least : undefined
}

function priceUnknown(level: BudgetLevel): TroupeError {
  const message = `${ownerText(level)} may spend ${usdText(level.limits.usd!)}, and nobody knows what the model costs`
  return new TroupeError('PriceUnknown', message, { hint: PRICE_HINT })
}
