// EFFECTS. The ledger of one execution in the run's store: what its calls returned, what they cost, and when they must end.
import type { LedgerCall, LedgerEntry, LedgerPort } from '../src/agents/host-port'
import { asTroupeError, type ErrorCode } from '../src/contract/errors'
import type { JsonValue } from '../src/contract/json'
import { DEFAULT_MAX_TOKENS } from '../src/contract/limits'
import type { FailureDetails, RunKey } from '../src/contract/messages'
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
  private readonly token: string

  private constructor(
    private readonly execution: ExecutionKey,
    private readonly host: LedgerHost,
    readonly logicalAttempt: number,
    private tokens: number,
  ) {
    this.token = host.digest(execution.token).slice(0, 12)
  }

  /** What earlier attempts left counts; a first one has none. */
  static async open(execution: ExecutionKey, host: LedgerHost): Promise<ExecutionLedger> {
    if (execution.attempt === 1) return new ExecutionLedger(execution, host, 0, 0)
    const { run, subtask } = execution
    const rejected = await host.store.records.list(rejectedPrefix(run, subtask))
    const spent = await host.spending.spent()
    const tokens = sum(spent.filter((one) => one.subtask === subtask))
    host.onTokens(tokens)
    return new ExecutionLedger(execution, host, rejected.length, tokens)
  }

  async recall(call: LedgerCall): Promise<LedgerEntry | undefined> {
    const { store, outputs } = this.host
    const name = ledgerRecord(this.execution.run, call.kind, this.key(call))
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
    await store.records.create(begunRecord(run, this.key(call), this.token), { ...record })
  }

  async record(call: LedgerCall, entry: LedgerEntry): Promise<LedgerEntry> {
    const { run, subtask, agent } = this.execution
    const { store, outputs } = this.host
    const { scope, kind, name, occurrence } = call
    const record: LedgerRecord = {
      ...{ subtask, agent, logicalAttempt: this.logicalAttempt, scope, name, occurrence },
      value: await outputs.keep(entry.value),
      ...measures(entry),
    }
    const key = this.key(call)
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
    await this.host.store.records.create(refusedRecord(this.execution.run, this.key(call), this.token), true)
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
    const { run, subtask } = this.execution
    await this.host.store.records.create(rejectedRecord(run, subtask, this.logicalAttempt), true)
  }

  private count({ tokens }: LedgerEntry): void {
    if (!tokens) return
    this.tokens += tokens.input + tokens.output
    this.host.onTokens(this.tokens)
  }

  private key({ scope, kind, name, inputHash, occurrence }: LedgerCall): string {
    const { subtask } = this.execution
    return this.host.digest(JSON.stringify([subtask, this.logicalAttempt, scope, kind, name, inputHash, occurrence]))
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
