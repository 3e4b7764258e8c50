// EFFECTS. The ledger of one execution in the run's store: what its calls returned, what they cost, and when they must end.
import type { CallGrant, LedgerCall, LedgerEntry, LedgerPort } from '../src/agents/host-port'
import type { BudgetLeft } from '../src/contract/budget'
import { asTroupeError, type ErrorCode } from '../src/contract/errors'
import type { JsonValue } from '../src/contract/json'
import type { FailureDetails } from '../src/contract/activity-messages'
import type { RunKey } from '../src/contract/messages'
import {
  begunRecord,
  ledgerRecord,
  refusedRecord,
  rejectedPrefix,
  rejectedRecord,
  surplusRecord,
  type BegunRecord,
  type LedgerRecord,
} from '../src/contract/records'
import type { ModelTokens } from '../src/contract/model-answer'
import { sumOfCosts, type Cost } from '../src/contract/prices'
import type { Demand } from '../src/contract/run/admission'
import { toldDemand } from '../src/contract/run/told-demand'
import type { ActivityDependencies } from './dependencies'
import type { ExecutionBudget, Reserved } from './execution-budget'
import type { RunSpending } from './spending'

/** Failures that the same answers would bring about again. */
const ANSWERS_AT_FAULT: readonly ErrorCode[] = ['OutputRejected', 'InvalidSpawn', 'PathRefused', 'PatchConflict']
/** The same as the AI SDK says it, where an agent's author let its errors pass. */
const SDK_ANSWERS_AT_FAULT =
  /^AI_(NoObjectGenerated|NoOutputGenerated|TypeValidation|JSONParse|InvalidToolInput|NoSuchTool)Error$/

export interface ExecutionKey {
  run: RunKey
  subtask: string
  agent: string
  /** Counted by Temporal. */
  attempt: number
  /** Temporal's token of this attempt: no other execution has it. */
  token: string
}

export interface LedgerHost extends Pick<ActivityDependencies, 'store' | 'outputs' | 'digest'> {
  spending: RunSpending
  budget: ExecutionBudget
  /** Aborts with the execution: nobody waits for room any more. */
  signal: AbortSignal
  /** Told what all attempts have used, whenever it grows. */
  onSpent(spent: { tokensUsed: number; cost?: Cost }): void
}

/** A call that is under way. */
interface OpenCall extends Reserved {
  /** In milliseconds since the epoch. */
  begunAt: number
}

export class ExecutionLedger implements LedgerPort {
  /** Whether this execution has had a recorded answer, and whether it has called a model. */
  private used = false
  private asked = false
  private tokens = 0
  private cost: Cost | undefined
  /** Calls that are under way, by their keys. */
  private readonly open = new Map<string, OpenCall>()
  private notes = 0
  private earlier: Promise<number> | undefined
  private readonly token: string

  private constructor(
    private readonly execution: ExecutionKey,
    private readonly host: LedgerHost,
  ) {
    this.token = host.digest(execution.token).slice(0, 12)
  }

  static async open(execution: ExecutionKey, host: LedgerHost): Promise<ExecutionLedger> {
    const ledger = new ExecutionLedger(execution, host)
    if (execution.attempt === 1) return ledger
    await host.budget.takeOver()
    // So that it tells what it has used from its first heartbeat on
    await ledger.logicalAttempt()
    return ledger
  }

  /** Asked of the store at the first call, not before: most agents make none. Temporal may count from 1 again: after a reset. */
  logicalAttempt(): Promise<number> {
    this.earlier ??= this.readEarlier()
    // A store that fails now may answer later
    this.earlier.catch(() => (this.earlier = undefined))
    return this.earlier
  }

  private async readEarlier(): Promise<number> {
    const { run, subtask, agent } = this.execution
    const { store, spending } = this.host
    const rejected = await store.records.list(rejectedPrefix(run, subtask, agent))
    const spent = await spending.answeredOf(subtask)
    if (spent) this.count({ input: spent.tokens, output: 0 }, spent.cost)
    return rejected.length
  }

  async recall(call: LedgerCall): Promise<LedgerEntry | undefined> {
    const { store, outputs } = this.host
    const { run, subtask } = this.execution
    const name = ledgerRecord(run, call.kind, subtask, await this.key(call))
    const record = (await store.records.read(name)) as LedgerRecord | undefined
    if (!record) return undefined
    this.used = true
    this.asked = true
    // There was an execution before this one, which may be the first attempt for Temporal: after somebody was waited for
    await this.host.budget.takeOver()
    return { value: await outputs.load(record.value), ...measures(record) }
  }

  async begin(call: LedgerCall, demand: Demand): Promise<CallGrant> {
    const { run, subtask, agent } = this.execution
    const { store, budget, signal } = this.host
    this.asked = true
    const key = await this.key(call)
    const isGiven = budget.levels.some((level) => !level.assumed)
    const whole = isGiven ? toldDemand(demand, budget.levels) : demand
    const reserved = await budget.reserve({ key, note: this.nextToken() }, whole, signal)
    const begunAt = Date.now()
    try {
      const told = { model: call.name, askedAt: new Date(begunAt).toISOString() }
      const record: BegunRecord = { subtask, agent, logicalAttempt: await this.logicalAttempt(), ...told }
      await store.records.create(begunRecord(run, subtask, key, reserved.note), { ...record })
    } catch (error) {
      // Nothing was sent; what the store cannot take back now is released when the execution ends
      await budget.release(reserved.number).catch(() => undefined)
      throw error
    }
    this.open.set(key, { ...reserved, begunAt })
    const isBounded = isGiven || demand.enough !== undefined || reserved.output < demand.output
    return { ...(isBounded ? { output: reserved.output } : {}), ...(isGiven ? { left: reserved.left } : {}) }
  }

  async record(call: LedgerCall, entry: LedgerEntry): Promise<LedgerEntry> {
    const { run, subtask } = this.execution
    const { store, outputs } = this.host
    const key = await this.key(call)
    const reserved = this.open.get(key)
    const kept = await this.kept(call, entry, reserved)
    const { created, value } = await store.records.create(ledgerRecord(run, call.kind, subtask, key), kept)
    // An attempt that was given up may still run: both calls were paid
    if (!created && entry.tokens)
      await store.records.create(surplusRecord(run, subtask, key, reserved?.note ?? this.nextToken()), kept)
    this.used = true
    await this.settle(key, entry)
    if (created) return entry
    const standing = value as unknown as LedgerRecord
    return { value: await outputs.load(standing.value), ...measures(standing) }
  }

  async wasted(call: LedgerCall, entry: LedgerEntry): Promise<void> {
    const key = await this.key(call)
    const reserved = this.open.get(key)
    const { run, subtask } = this.execution
    const name = surplusRecord(run, subtask, key, reserved?.note ?? this.nextToken())
    await this.host.store.records.create(name, await this.kept(call, entry, reserved))
    await this.settle(key, entry)
  }

  async refused(call: LedgerCall): Promise<void> {
    const key = await this.key(call)
    const reserved = this.open.get(key)
    const { run, subtask } = this.execution
    const name = refusedRecord(run, subtask, key, reserved?.note ?? this.nextToken())
    await this.host.store.records.create(name, true)
    this.open.delete(key)
    if (reserved) await this.host.budget.release(reserved.number)
  }

  async lost(call: LedgerCall): Promise<void> {
    const key = await this.key(call)
    const reserved = this.open.get(key)
    this.open.delete(key)
    if (reserved) await this.host.budget.lose(reserved.number)
  }

  budget(): Promise<BudgetLeft[]> {
    return this.host.budget.left()
  }

  private async kept(call: LedgerCall, entry: LedgerEntry, reserved: OpenCall | undefined): Promise<JsonValue> {
    const { subtask, agent } = this.execution
    const { scope, name, occurrence } = call
    const record: LedgerRecord = {
      ...{ subtask, agent, logicalAttempt: await this.logicalAttempt(), scope, name, occurrence },
      value: await this.host.outputs.keep(entry.value),
      ...measures(entry),
      ...(reserved ? { reservation: reserved.number, ...timesOf(reserved) } : {}),
    }
    return record as unknown as JsonValue
  }

  /** The answer is recorded: should this fail, it is settled when the execution ends, or by the next attempt. */
  private async settle(key: string, { tokens, usd }: LedgerEntry): Promise<void> {
    if (!tokens) return
    this.count(tokens, usd ?? 'unknown')
    const reserved = this.open.get(key)
    this.open.delete(key)
    if (reserved) await this.host.budget.settle(reserved.number, tokens.input + tokens.output, usd)
  }

  /** What this subtask has used, with all attempts before this one. */
  async spent(): Promise<Pick<FailureDetails, 'unconfirmedCalls' | 'cost'> & { tokensUsed: number }> {
    // Most agents call no model, and their store need not be asked
    if (!this.asked && this.execution.attempt === 1) return { tokensUsed: 0 }
    const spent = await this.host.spending.settledOf(this.execution.subtask)
    const { tokens = 0, unconfirmedCalls = 0, cost } = spent ?? {}
    const priced = cost === undefined ? {} : { cost }
    return { tokensUsed: tokens, ...priced, ...(unconfirmedCalls > 0 ? { unconfirmedCalls } : {}) }
  }

  /** After a failure: the next attempt asks anew if recorded answers are what made this one fail. */
  async failed(error: unknown): Promise<void> {
    if (!this.used || !answersAreAtFault(error)) return
    const { run, subtask, agent } = this.execution
    const rejected = rejectedRecord(run, subtask, agent, await this.logicalAttempt())
    await this.host.store.records.create(rejected, true)
  }

  /** One execution may make a call again that failed: both count. */
  private nextToken(): string {
    return `${this.token}-${this.notes++}`
  }

  private count({ input, output }: Pick<ModelTokens, 'input' | 'output'>, cost: Cost | undefined): void {
    this.tokens += input + output
    this.cost = sumOfCosts([this.cost, cost])
    const priced = this.cost === undefined ? {} : { cost: this.cost }
    if (this.tokens > 0) this.host.onSpent({ tokensUsed: this.tokens, ...priced })
  }

  /** With the agent: where one will not have a subtask after all, the next candidate's steps are its own. */
  private async key({ scope, kind, name, inputHash, occurrence }: LedgerCall): Promise<string> {
    const { subtask, agent } = this.execution
    const call = [scope, kind, name, inputHash, occurrence]
    return this.host.digest(JSON.stringify([subtask, agent, await this.logicalAttempt(), ...call]))
  }
}

function answersAreAtFault(error: unknown): boolean {
  const code = asTroupeError(error)?.code
  if (code !== undefined) return ANSWERS_AT_FAULT.includes(code)
  return SDK_ANSWERS_AT_FAULT.test(String((error as { name?: unknown } | null | undefined)?.name))
}

type Measures = Pick<LedgerEntry, 'tokens' | 'usd' | 'number'>

function measures({ tokens, usd, number }: Measures): Measures {
  return {
    ...(tokens ? { tokens } : {}),
    ...(usd === undefined ? {} : { usd }),
    ...(number === undefined ? {} : { number }),
  }
}

/** From its begin up to now. */
function timesOf({ begunAt }: OpenCall): Pick<LedgerRecord, 'askedAt' | 'durationMs'> {
  return { askedAt: new Date(begunAt).toISOString(), durationMs: Date.now() - begunAt }
}
