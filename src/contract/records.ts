// PURE. The names of a run's records in the store.
import type { RunKey } from './messages'
import type { ModelTokens } from './model-answer'
import type { StoredOutput } from './run'

/** Of all that is kept of a run. */
export function runPrefix({ workflowId, firstRunId }: RunKey): string {
  return `runs/${workflowId}/${firstRunId}/`
}

/** An `AgentExecution`: what the first attempt that succeeded left. */
export function resultRecord(run: RunKey, subtask: string): string {
  return `${runPrefix(run)}results/${subtask}`
}

/** An `UntrustedRecord`: the subtask has read what others wrote, in one of its attempts. */
export function untrustedRecord(run: RunKey, subtask: string): string {
  return `${runPrefix(run)}untrusted/${encodeURIComponent(subtask)}`
}

/** The id of a map's subtask for an element: its result is a part of the map's. */
export function elementId(map: string, index: number | string): string {
  return `${map}/${index}`
}

/** A `PreparedRecord`: what workers that come later must know of the run. */
export function preparedRecord(run: RunKey): string {
  return `${runPrefix(run)}prepared`
}

/** `RequestRecord`s: what a person was asked about a subtask, each time that it was another question; the newest counts. */
export function requestsPrefix(run: RunKey, subtask: string): string {
  return `${runPrefix(run)}requests/${encodeURIComponent(subtask)}/`
}

export function requestRecord(run: RunKey, subtask: string, number: number): string {
  return `${requestsPrefix(run, subtask)}${String(number).padStart(6, '0')}`
}

/** A `ToolDecision`. */
export function approvalRecord(run: RunKey, subtask: string, approvalId: string): string {
  return `${runPrefix(run)}approvals/${encodeURIComponent(subtask)}/${approvalId}`
}

/** `RetryRecord`s: the runs that repeat this one. */
export function retriesPrefix(run: RunKey): string {
  return `${runPrefix(run)}retries/`
}

export function retryRecord(run: RunKey, retry: string): string {
  return `${retriesPrefix(run)}${retry}`
}

/** `PlacedRecord`s: what was put into somebody's repository, and taken back, in their order. */
export function placedPrefix(run: RunKey): string {
  return `${runPrefix(run)}placed/`
}

export function placedRecord(run: RunKey, number: number): string {
  return `${placedPrefix(run)}${String(number).padStart(6, '0')}`
}

/** `BlockedRecord`s of a run. */
export function blockedPrefix(run: RunKey): string {
  return `${runPrefix(run)}blocked/`
}

/** A worker's reports are numbered: records cannot change, so the newest one counts. */
export function blockedRecord(run: RunKey, worker: string, number: number): string {
  return `${blockedPrefix(run)}${worker}/${String(number).padStart(6, '0')}`
}

/** Keys are hashes of subtask, agent, logical attempt and call. */
export type LedgerKind = 'model' | 'step' | 'tool'

/** Records are named by the subtask too, so that an execution looks at its own, however many calls a run has. */
function ledgerOf(run: RunKey, kind: string, subtask: string | undefined): string {
  const all = `${runPrefix(run)}ledger/${kind}/`
  // An id may hold slashes: without this, what `a/b` left would be taken for something of `a`
  return subtask === undefined ? all : `${all}${encodeURIComponent(subtask)}/`
}

/** `LedgerRecord`s of one kind, of a subtask or of all; those of model calls say what was spent. */
export function ledgerPrefix(run: RunKey, kind: LedgerKind, subtask?: string): string {
  return ledgerOf(run, kind, subtask)
}

/** What a call returned. */
export function ledgerRecord(run: RunKey, kind: LedgerKind, subtask: string, key: string): string {
  return `${ledgerPrefix(run, kind, subtask)}${key}`
}

/** A model call that was answered once more than it had to be: two processes made it. Paid for, and used by nobody. */
export function surplusRecord(run: RunKey, subtask: string, key: string, note: string): string {
  return `${ledgerRecord(run, 'model', subtask, key)}-${note}`
}

/** `BegunRecord`s: model calls that were sent, or were about to be. */
export function begunPrefix(run: RunKey, subtask?: string): string {
  return ledgerOf(run, 'begun', subtask)
}

/** `note`, `<execution>-<number>`, tells the executions apart that may make the same call. */
export function begunRecord(run: RunKey, subtask: string, key: string, note: string): string {
  return `${begunPrefix(run, subtask)}${key}-${note}`
}

/** Those of them that the provider refused, and does not bill. */
export function refusedPrefix(run: RunKey, subtask?: string): string {
  return ledgerOf(run, 'refused', subtask)
}

export function refusedRecord(run: RunKey, subtask: string, key: string, note: string): string {
  return `${refusedPrefix(run, subtask)}${key}-${note}`
}

/** Characters of a key, a SHA-256. */
const KEY_LENGTH = 64

/** The key and the note in the name of a ledger's record; an answer that was used has no note. */
export function ledgerName(record: string): { key: string; note?: string } {
  const name = record.slice(record.lastIndexOf('/') + 1)
  const note = name.slice(KEY_LENGTH + 1)
  return { key: name.slice(0, KEY_LENGTH), ...(note === '' ? {} : { note }) }
}

/** `BudgetEntry`s, numbered from 1 without gaps: whoever creates the next number decides with all before it in view. */
export function budgetRecord(run: RunKey, number: number): string {
  return `${runPrefix(run)}budget/entries/${String(number).padStart(9, '0')}`
}

/** `BudgetSnapshot`s, each named by the entry that it ends with. */
export function budgetSumsPrefix(run: RunKey): string {
  return `${runPrefix(run)}budget/sums/`
}

export function budgetSumsRecord(run: RunKey, number: number): string {
  return `${budgetSumsPrefix(run)}${String(number).padStart(9, '0')}`
}

/** One record for each logical attempt of an agent at a subtask that its recorded answers made fail. */
export function rejectedPrefix(run: RunKey, subtask: string, agent: string): string {
  return `${ledgerOf(run, 'rejected', subtask)}${encodeURIComponent(agent)}/`
}

export function rejectedRecord(run: RunKey, subtask: string, agent: string, logicalAttempt: number): string {
  return `${rejectedPrefix(run, subtask, agent)}${logicalAttempt}`
}

/** What is kept of a call. */
export interface LedgerRecord {
  subtask: string
  agent: string
  logicalAttempt: number
  /** The steps around it. */
  scope: string
  /** The model's id, the step's or the tool's name. */
  name: string
  /** Which one it is among equal calls. */
  occurrence: number
  value: StoredOutput
  /** Of a model call: its tokens, and its number among the execution's model calls. */
  tokens?: ModelTokens
  number?: number
  /** Of a model call: what it has cost in US dollars, where its price is known; and the reservation that was made for it. */
  usd?: number
  reservation?: number
  /** Of a model call: ISO time at which its worker began it, and how long it took; ledgers of earlier versions have neither. */
  askedAt?: string
  durationMs?: number
}

export interface BegunRecord {
  subtask: string
  agent: string
  /** Ledgers of earlier versions have none of what follows. */
  logicalAttempt?: number
  model?: string
  /** ISO time. */
  askedAt?: string
}

export interface PreparedRecord {
  /** Artifact of the run's `RunSpec`. */
  spec: string
}

/** What a person is asked: all of it. */
export interface RequestRecord {
  /** A `HumanPayload` without references; kept as outputs are, since details may be large. */
  request: StoredOutput
  /** Of the call or effect that a person is to approve. */
  approvalId?: string
}

/** Written before a working tree is touched, and after a branch was made or removed. */
export type PlacedRecord =
  | { kind: 'branch' | 'branch-removed'; directory: string; branch: string; commit: string }
  | { kind: 'applied' | 'taken-back'; directory: string }

/** A run that repeats another one. */
export interface RetryRecord {
  workflowId: string
}

/** A worker whose event loop stood still while it ran executions of the run. */
export interface BlockedWorker {
  worker: string
  /** ISO time since when nothing moved. */
  since: string
  /** The executions that were running: one of them blocks. */
  executions: { agent: string; subtask: string; attempt: number }[]
}

/** One report of a blocked worker. */
export interface BlockedRecord extends BlockedWorker {
  /** ISO time after which it says nothing: the worker has reported again by then, goes on, or is gone. */
  until: string
}
