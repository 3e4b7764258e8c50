// PURE. What a run is to the outside: states, results and the document that it leaves.
import type { ErrorCode } from './errors'
import type { EventSegment } from './event'
import type { JsonValue } from './json'

/** How a subtask ends: in exactly one of these. */
export type SubtaskOutcome = 'succeeded' | 'failed' | 'skipped' | 'cancelled'
/** waiting: for dependencies · ready: for a slot · running: handed to its queue · joining: for what it spawned. */
export type SubtaskState = 'waiting' | 'ready' | 'running' | 'joining' | SubtaskOutcome

export type RunStatus = 'preparing' | 'running' | 'succeeded' | 'failed' | 'cancelled'
export type RunCounts = Record<SubtaskOutcome, number>

/** Why a subtask did not succeed. */
export interface SubtaskError {
  code: ErrorCode
  message: string
  hint?: string
  /** Whether a further attempt might have helped. */
  retryable: boolean
}

/** A large output: what stands in its place. */
export interface OutputReference {
  /** SHA-256 of its JSON in the run's store. */
  artifact: string
  bytes: number
  /** Its first characters, at most 200. */
  preview: string
}

/** An output as it travels: inline up to 4 KiB of JSON, else by reference. */
export type StoredOutput = { inline: JsonValue } | { reference: OutputReference }

/** How one subtask ended. */
export interface AgentResult<Output = unknown> {
  taskId: string
  status: SubtaskOutcome
  success: boolean
  /** Null unless it succeeded; an `OutputReference` if `outputStored` is true. */
  output: Output
  /** True where `output` is an `OutputReference` that was not loaded. */
  outputStored?: true
  /** Of all attempts, as the providers counted them. */
  tokensUsed: number
  /** Model calls of which nobody knows what was billed: cut off, or not counted by their provider, and then estimated. */
  unconfirmedCalls?: number
  /** From the first attempt's start to the end of the last, in milliseconds of the worker's clock; 0 if it never ran. */
  durationMs: number
  error?: SubtaskError
  /** The agent that ran it last. */
  agent?: string
  agentVersion?: string
  attempt?: number
}

/** Which store a run's artifacts and records are in. */
export interface StoreIdentity {
  id: string
  /** Directory or address, for people. */
  location: string
}

/** One subtask in an answer or document. `dependsOn` holds places in the list of all subtasks. */
export interface SubtaskRow {
  id: string
  agent: string
  state: SubtaskState
  dependsOn: number[]
  /** The place of the subtask that spawned it. */
  parent?: number
  /** ISO times of the workflow's clock. */
  startedAt?: string
  endedAt?: string
  attempt?: number
  tokensUsed?: number
  unconfirmedCalls?: number
  durationMs?: number
  error?: SubtaskError
}

/** What a run returns, or leaves in its failure's first detail, or in its memo if it was cancelled. Below 128 KiB. */
export interface RunResult {
  status: 'succeeded' | 'failed' | 'cancelled'
  counts: RunCounts
  /** From the workflow's start to the moment its last subtask ended. */
  durationMs: number
  /** Of all attempts of all subtasks, as the providers counted them. */
  tokensUsed: number
  /** Model calls of which nobody knows what was billed: cut off, or not counted by their provider, and then estimated; absent if there were none. */
  unconfirmedCalls?: number
  store: StoreIdentity
  /** SHA-256 of the `RunDocument`. */
  document: string
  /** All results, where they fit; else they are in the document only. */
  results?: Record<string, AgentResult>
}

/** All that is left of a closed run, as one artifact. */
export interface RunDocument {
  workflowId: string
  firstRunId: string
  plan: string
  team: string
  status: 'succeeded' | 'failed' | 'cancelled'
  counts: RunCounts
  startedAt: string
  endedAt: string
  tokensUsed: number
  unconfirmedCalls?: number
  subtasks: SubtaskRow[]
  results: Record<string, AgentResult>
  events: EventSegment[]
}
