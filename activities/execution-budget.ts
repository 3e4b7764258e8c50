// EFFECTS. The budgets of one execution: each model call reserves what it may use at most before it is made, at every level,
// and settles what it has used. What an execution that died has reserved counts in full, unless its answer or its refusal is
// found: it may have been billed.
import { levelName, type BudgetLeft, type BudgetLevel } from '../src/contract/budget'
import { TroupeError } from '../src/contract/errors'
import type { RunKey } from '../src/contract/messages'
import { admit, budgetLeft, leastNeed, type Admission, type Demand, type Obstacle } from '../src/contract/run/admission'
import type { Amount, BudgetBook, Reservation } from '../src/contract/run/budget-book'
import { budgetExceeded, priceUnknown } from '../src/contract/run/budget-texts'
import type { Spent } from '../src/contract/run/spending'
import type { RecordStore } from '../src/storage/store'
import type { BudgetLog } from './budget-log'
import { NOTHING, recordedAmount, usedAmount } from './reservation-outcome'
import { rest } from './rest'

/** While calls wait for others, one of them looks so often for what other processes have settled. */
const LOOK_MS = 250
/** Longer than the longest answer takes: what is still reserved then belongs to who died, and a shorter answer is better than none. */
const PATIENCE_MS = 10 * 60_000
/** So long waits who reads a stream meanwhile: its provider cuts one that nobody reads, and others may wait for it likewise. */
const READER_PATIENCE_MS = 60_000
/** An entry says what has happened, whatever the book holds. */
const ANYWAY = Infinity

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
  /** Under way. */
  private readonly open = new Map<number, Reserved>()
  /** Of which the log does not know yet what they have used: under way, or given up. */
  private readonly unsettled = new Map<number, Reserved>()
  /** What calls have used that the log could not be told. */
  private readonly untold = new Map<number, Amount>()
  /** Notes of calls that are being reserved. */
  private readonly asking = new Set<string>()
  /** A reservation may stand that the store said it had not made. */
  private isUnsure = false
  private hasEnded = false
  private takenOver: Promise<void> | undefined

  constructor(
    private readonly of: BudgetOf,
    private readonly log: BudgetLog,
    private readonly records: RecordStore,
    /** What the run has used, by subtask: told where a budget is used up. */
    private readonly spent: () => Promise<Spent[]>,
    private readonly lookMs = LOOK_MS,
    private readonly patienceMs = PATIENCE_MS,
    private readonly readerPatienceMs = READER_PATIENCE_MS,
  ) {}

  get levels(): readonly BudgetLevel[] {
    return this.of.levels
  }

  /**
   * Waits while others have reserved what it needs.
   * @throws TroupeError `BudgetExceeded`, or `PriceUnknown` where money is limited; `Cancelled` once the execution has ended;
   * the reason of an abort
   */
  async reserve(call: ReservedCall, demand: Demand, signal: AbortSignal): Promise<Reserved> {
    await this.takeOver()
    this.asking.add(call.note)
    return this.reserveNow(call, demand, signal).finally(() => this.asking.delete(call.note))
  }

  private async reserveNow(call: ReservedCall, demand: Demand, signal: AbortSignal): Promise<Reserved> {
    const began = Date.now()
    const patientUntil = began + this.patienceMs
    for (let staleMs = 0; ; staleMs = this.lookMs) {
      signal.throwIfAborted()
      this.requireRunning()
      const news = this.log.changed()
      const { found, over } = await this.ask({ call, demand, patientUntil, staleMs })
      if ('number' in found) return await this.taken(found)
      if (found.kind === 'unpriced') throw priceUnknown(found.level)
      await this.closeAll(over)
      if (over.length > 0) continue
      const inVain = this.streams.length > 0 && Date.now() - began > this.readerPatienceMs
      if (found.kind === 'refused' || inVain) throw await this.exceeded(found, demand)
      if (Date.now() > this.of.until) throw new TroupeError('Timeout', 'its time was over before there was room')
      await rest(this.lookMs, signal, news)
    }
  }

  /** What earlier executions of the subtask have left open is closed, once, so that others do not wait for it. */
  takeOver(): Promise<void> {
    this.takenOver ??= this.closeOver()
    // A store that fails now may answer later
    this.takenOver.catch(() => (this.takenOver = undefined))
    return this.takenOver
  }

  /** What it has used in the end; money as it is known. It may come after the call, or the execution, was given up. */
  async settle(number: number, tokens: number, usd: number | undefined): Promise<void> {
    const reserved = this.unsettled.get(number)
    if (reserved) await this.close(number, usedAmount(tokens, usd, reserved.amount))
  }

  /** It was not made, or the provider did nothing. */
  async release(number: number): Promise<void> {
    if (this.unsettled.has(number)) await this.close(number, NOTHING)
  }

  /** It failed, and may have been billed: it counts in full. */
  async lose(number: number): Promise<void> {
    await this.log.append(() => ({ entry: { kind: 'lose', of: number }, value: undefined }), ANYWAY)
    this.open.delete(number)
  }

  /** What is under way when the execution ends, and what the log could not be told before. */
  async end(): Promise<void> {
    this.hasEnded = true
    const failures: unknown[] = []
    const fails = (error: unknown): unknown => failures.push(error)
    for (const number of [...this.open.keys()]) await this.endOne(number).catch(fails)
    if (this.isUnsure) await this.closeOver().catch(fails)
    if (failures.length > 0) throw failures[0]
  }

  private async endOne(number: number): Promise<void> {
    const call = this.open.get(number)
    if (!call) return // settled meanwhile
    const used = this.untold.get(number) ?? (await this.recorded(number, call))
    await (used ? this.close(number, used) : this.lose(number))
  }

  left(): Promise<BudgetLeft[]> {
    return this.log.read((book) => budgetLeft(book, this.levels, Date.now()))
  }

  private async taken(reserved: Reserved): Promise<Reserved> {
    this.open.set(reserved.number, reserved)
    this.unsettled.set(reserved.number, reserved)
    if (this.hasEnded) await this.release(reserved.number)
    this.requireRunning()
    return reserved
  }

  private requireRunning(): void {
    if (this.hasEnded) throw new TroupeError('Cancelled', 'its execution has ended: it calls no model any more')
  }

  private async close(number: number, amount: Amount): Promise<void> {
    this.untold.set(number, amount)
    await this.log.append(() => ({ entry: { kind: 'settle', of: number, amount }, value: undefined }), ANYWAY)
    for (const calls of [this.untold, this.unsettled, this.open]) calls.delete(number)
  }

  private get streams(): Reserved[] {
    return [...this.open.values()].filter(({ streamed }) => streamed)
  }

  private async ask({ call, demand, patientUntil, staleMs }: Asked): Promise<Answer> {
    const { subtask, execution, levels, until } = this.of
    // Who reads a stream of this execution may wait for this very call: neither what others hold nor the stream's own
    // reservation must hold up what they wait for
    const held = this.streams.map(({ amount }) => amount)
    const { streamed = false } = demand
    try {
      return await this.log.append<Answer>((book) => {
        const now = Date.now()
        const found = admit(book, levels, demand, { now, held, patient: held.length === 0 && now < patientUntil })
        if (found.kind !== 'granted') return { value: { found, over: this.overIn(book) } }
        const { amount, output } = found
        const left = budgetLeft(book, levels, now)
        return {
          entry: { kind: 'reserve', levels: levels.map(levelName), amount, subtask, execution, ...call, until },
          value: { found: { ...call, number: book.last + 1, amount, output, streamed, left }, over: [] },
        }
      }, staleMs)
    } catch (error) {
      this.asking.delete(call.note)
      this.isUnsure = true
      await this.closeOver().catch(() => undefined)
      throw error
    }
  }

  private async closeOver(): Promise<void> {
    await this.closeAll(await this.log.read((book) => this.overIn(book)))
    this.isUnsure = false
  }

  /** What executions that are over have left open, and what this one has without knowing. */
  private overIn({ open }: BudgetBook): [number, Reservation][] {
    const { subtask, execution } = this.of
    const isOver = (number: number, one: Reservation): boolean =>
      one.execution === execution
        ? !this.open.has(number) && !this.asking.has(one.note)
        : one.until < Date.now() || one.subtask === subtask
    return [...open].filter(([number, one]) => isOver(number, one))
  }

  private async closeAll(over: [number, Reservation][]): Promise<void> {
    for (const [number, reservation] of over) {
      const isOwn = reservation.execution === this.of.execution
      const amount = isOwn ? NOTHING : await this.recorded(number, reservation)
      const entry = amount ? ({ kind: 'settle', of: number, amount } as const) : ({ kind: 'lose', of: number } as const)
      await this.log.append((book) => ({ ...(book.open.has(number) ? { entry } : {}), value: undefined }), ANYWAY)
    }
  }

  /** What the ledger says of a call, of this execution unless it names another's subtask. */
  private recorded(
    number: number,
    call: Pick<Reservation, 'key' | 'note' | 'amount'> & { subtask?: string },
  ): Promise<Amount | undefined> {
    const { run, subtask } = this.of
    return recordedAmount(this.records, run, number, { subtask, ...call })
  }

  private async exceeded({ level, key }: Obstacle, demand: Demand): Promise<TroupeError> {
    const left = (await this.left()).find((one) => levelName(one) === levelName(level))?.left[key] ?? 0
    const spent = level.level === 'run' && key === 'tokens' ? await this.spent() : []
    return budgetExceeded({ level, key }, { left, spent, needs: leastNeed(key, demand) })
  }
}
