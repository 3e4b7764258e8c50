// HOST. What an agent's context stands on: the ledger of its execution, and what the run says of models. Whoever hosts
// executions (activities, a child process, tests) provides it; agents never see it.
import type { LanguageModelV3 } from '@ai-sdk/provider'
import type { BudgetLeft } from '../contract/budget'
import type { EffectName, EffectOutcome } from '../contract/effects'
import type { JsonValue } from '../contract/json'
import type { ModelTokens } from '../contract/model-answer'
import type { ToolDecision } from '../contract/people'
import type { Prices } from '../contract/prices'
import type { Demand } from '../contract/run/admission'

/** Names one call among all of an execution. Never a position in the whole: calls may be parallel. */
export interface LedgerCall {
  /** The steps around it, joined by `/`; empty at the top. */
  scope: string
  kind: 'model' | 'step' | 'tool'
  /** The model's id, the step's or the tool's name. */
  name: string
  /** SHA-256 of the input as canonical JSON. */
  inputHash: string
  /** Which one it is among calls that are equal in all of the above, from 0. */
  occurrence: number
}

/** What is kept of a call. */
export interface LedgerEntry {
  value: JsonValue
  /** Only of a model call. */
  tokens?: ModelTokens
  /** Only of a model call: what it has cost in US dollars, where its price is known. */
  usd?: number
  /** Only of a model call: its number among the execution's model calls, from 0. Recordings are matched by it. */
  number?: number
}

/** What a model call is given by the budgets that it counts against. */
export interface CallGrant {
  /** Tokens that the answer may have; absent where nothing needs to bound it. */
  output?: number
  /** What is left at each level, of which the model is told; absent where nobody has given a budget. */
  left?: BudgetLeft[]
}

/** The recorded calls of one execution. Entries outlive the process; the first writer wins. */
export interface LedgerPort {
  /** Rises only when recorded answers themselves made an attempt fail. From 0. */
  logicalAttempt(): Promise<number>
  recall(call: LedgerCall): Promise<LedgerEntry | undefined>
  /**
   * Before a model call is made: reserves what it may use, and notes that it may be billed from here on. Waits while others
   * have reserved what it needs.
   * @throws TroupeError `BudgetExceeded` if a budget is used up, `PriceUnknown` where money is limited and no price is known
   */
  begin(call: LedgerCall, demand: Demand): Promise<CallGrant>
  /** Keeps what a call returned, durably; returns what stands. */
  record(call: LedgerCall, entry: LedgerEntry): Promise<LedgerEntry>
  /** The provider answered that it did nothing: the call that was begun is not billed. */
  refused(call: LedgerCall): Promise<void>
  /** It failed, and nobody knows whether it was billed. */
  lost(call: LedgerCall): Promise<void>
  /** It was answered and is paid for, and the answer is of no use: a budget cut it off. */
  wasted(call: LedgerCall, entry: LedgerEntry): Promise<void>
  /** What is left of each budget that calls count against. */
  budget(): Promise<BudgetLeft[]>
}

/** An effect that is about to be done. */
export interface EffectCall extends EffectName {
  /** SHA-256 of what decides what is done, as canonical JSON. */
  inputHash: string
  /** `deny`: it is not begun after untrusted text was read. `approve`: only if a person says so. */
  afterUntrusted?: 'deny' | 'approve'
  /** With `approve`: what a person is shown, without secrets. */
  shown?: ShownEffect
}

export interface ShownEffect extends EffectName {
  input: JsonValue
}

/**
 * What an effect returned when it was done, or leave to do it now; or nobody has decided on it: then the execution is to end as
 * suspended, and the host sees to it that a person is asked.
 */
export type EffectClaim = { value: JsonValue } | { claim: string; idempotencyKey: string } | { isAsked: true }

/** The effects of one execution: each is done once, over all attempts of its subtask. */
export interface EffectsPort {
  /**
   * Leave to do it, or its value if it was done.
   * @throws TroupeError `UnknownOutcome` if it may have been done, `EffectConflict` if the same key had another input,
   * `EffectRefused` if it may not be begun after what was read, or a person has rejected it
   */
  claim(effect: EffectCall): Promise<EffectClaim>
  /** Before the agent is handed text of others: so that later attempts know of it. `source` says whose, in words. */
  noteUntrusted(source: string): Promise<void>
  /** Keeps what came of it, durably. */
  settle(claim: string, outcome: EffectOutcome<JsonValue>): Promise<void>
}

/** A tool's call that is made only when a person says so. */
export interface ApprovalRequest {
  call: LedgerCall
  tool: string
  input: JsonValue
  /** One decision stands for all calls of the tool in the subtask. */
  once: boolean
  /** Of the workspace that the call would change. */
  snapshot?: string
}

/** An effect that is done after untrusted text was read, but only when a person says so. */
export interface EffectApproval extends Pick<EffectCall, 'name' | 'key' | 'inputHash'> {
  shown: ShownEffect
  /** Where the text came from. */
  untrusted: string
}

export interface ApprovalsPort {
  /** What a person decided; undefined where nobody has: the execution is to end as suspended, and the host sees to it that one is asked. */
  ask(request: ApprovalRequest): Promise<ToolDecision | undefined>
}

export interface HostPort {
  readonly ledger: LedgerPort
  readonly effects: EffectsPort
  readonly approvals: ApprovalsPort
  /** The manifest's name of the agent. */
  readonly agent: string
  /** The agent's own model, else the run's, `<provider>/<model>`; undefined leaves it to the environment. */
  readonly model?: string
  /** What models cost, beside what the price library knows. */
  readonly prices?: Prices
  /**
   * Whether input is counted by a tokenizer. Where it is not worth one (`false`: no budget but the assumed one), it is guessed
   * from its bytes; where nobody says, each byte counts.
   */
  readonly tokenizer?: boolean
  /** When its time is over, by this machine's clock in milliseconds; the execution's own limit unless given. */
  readonly endsAt?: number
  /** Stands in for the models of providers, where given: tests of agents bring their own. */
  languageModel?(id: string): LanguageModelV3
}

/** Where a context keeps its port. A registered symbol: an agent may come from another copy of this package. */
export const HOST: unique symbol = Symbol.for('troupe.host') as never
