// EFFECTS. The ledger of one execution in the run's store: what its calls returned, what they cost, and when they must end.
import type { LedgerCall, LedgerEntry, LedgerPort } from '../src/agents/host-port'
import { asTroupeError, type ErrorCode } from '../src/contract/errors'
import type { JsonValue } from '../src/contract/json'
import { DEFAULT_MAX_TOKENS } from '../src/contract/limits'
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
import { budgetExceeded, sum } from '../src/contract/run/spending'
import type { ActivityDependencies } from './dependencies'
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
  maxTokens?: number
}

export interface LedgerHost extends Pick<ActivityDependencies, 'store' | 'outputs' | 'digest'> {
  spending: RunSpending
  /** Told how many tokens all attempts have used, whenever it grows. */
  onTokens(tokens: number): void
}

export class ExecutionLedger implements LedgerPort {
  /** Whether this execution has had a recorded answer, and whether it has called a model. */
  private used = false
  private asked = false
  private tokens = 0
  private notes = 0
  private earlier?: Promise<number>
  private readonly token: string

  private constructor(
    private readonly execution: ExecutionKey,
    private readonly host: LedgerHost,
  ) {
    this.token = host.digest(execution.token).slice(0, 12)
  }

  static async open(execution: ExecutionKey, host: LedgerHost): Promise<ExecutionLedger> {
    const ledger = new ExecutionLedger(execution, host)
    // So that it tells what it has used from its first heartbeat on
    if (execution.attempt > 1) await ledger.logicalAttempt()
    return ledger
  }

  /** Asked of the store at the first call, not before: most agents make none. Temporal may count from 1 again: after a reset. */
  logicalAttempt(): Promise<number> {
    return (this.earlier ??= this.readEarlier())
  }

  private async readEarlier(): Promise<number> {
    const { run, subtask, agent } = this.execution
    const { store, spending, onTokens } = this.host
    const rejected = await store.records.list(rejectedPrefix(run, subtask, agent))
    this.tokens = sum((await spending.spent()).filter((one) => one.subtask === subtask))
    if (this.tokens > 0) onTokens(this.tokens)
    return rejected.length
  }

  async recall(call: LedgerCall): Promise<LedgerEntry | undefined> {
    const { store, outputs } = this.host
    const name = ledgerRecord(this.execution.run, call.kind, await this.key(call))
    const record = (await store.records.read(name)) as LedgerRecord | undefined
    if (!record) return undefined
    this.used = true
    this.asked = true
    return { value: await outputs.load(record.value), ...measures(record) }
  }

  /** Parallel calls are not waited for: a run passes its cap by the calls that are in flight when it is reached, at most. */
  async begin(call: LedgerCall): Promise<void> {
    const { run, subtask, agent, maxTokens = DEFAULT_MAX_TOKENS } = this.execution
    const { store, spending } = this.host
    this.asked = true
    const spent = await spending.spent()
    if (sum(spent) >= maxTokens) throw budgetExceeded(maxTokens, spent)
    const record: BegunRecord = { subtask, agent }
    await store.records.create(begunRecord(run, await this.key(call), this.nextToken()), { ...record })
  }

  async record(call: LedgerCall, entry: LedgerEntry): Promise<LedgerEntry> {
    const { run, subtask, agent } = this.execution
    const { store, outputs } = this.host
    const { scope, kind, name, occurrence } = call
    const record: LedgerRecord = {
      ...{ subtask, agent, logicalAttempt: await this.logicalAttempt(), scope, name, occurrence },
      value: await outputs.keep(entry.value),
      ...measures(entry),
    }
    const key = await this.key(call)
    const kept = record as unknown as JsonValue
    const { created, value } = await store.records.create(ledgerRecord(run, kind, key), kept)
    // An attempt that was given up may still run: both calls were paid
    if (!created && entry.tokens) await store.records.create(surplusRecord(run, key, this.token), kept)
    this.used = true
    this.count(entry)
    if (created) return entry
    const standing = value as unknown as LedgerRecord
    return { value: await outputs.load(standing.value), ...measures(standing) }
  }

  async refused(call: LedgerCall): Promise<void> {
    await this.host.store.records.create(
      refusedRecord(this.execution.run, await this.key(call), this.nextToken()),
      true,
    )
  }

  /** What this subtask has used, with all attempts before this one. */
  async spent(): Promise<Pick<FailureDetails, 'unconfirmedCalls'> & { tokensUsed: number }> {
    // Most agents call no model, and their store need not be asked
    if (!this.asked && this.execution.attempt === 1) return { tokensUsed: 0 }
    const spent = (await this.host.spending.settled()).get(this.execution.subtask)
    const { tokens = 0, unconfirmedCalls = 0 } = spent ?? {}
    return { tokensUsed: tokens, ...(unconfirmedCalls > 0 ? { unconfirmedCalls } : {}) }
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

  private count({ tokens }: LedgerEntry): void {
    if (!tokens) return
    this.tokens += tokens.input + tokens.output
    this.host.onTokens(this.tokens)
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

function measures({ tokens, number }: Pick<LedgerEntry, 'tokens' | 'number'>): Pick<LedgerEntry, 'tokens' | 'number'> {
  return { ...(tokens ? { tokens } : {}), ...(number === undefined ? {} : { number }) }
}
