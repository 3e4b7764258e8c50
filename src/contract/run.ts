// PURE. What a run is to the outside: states, results and the document that it leaves.
import type { ErrorCode } from './errors'
import type { EventSegment } from './event'
import type { JsonValue } from './json'
import type { Cost } from './prices'

/** How a subtask ends: in exactly one of these. */
export type SubtaskOutcome = 'succeeded' | 'failed' | 'skipped' | 'cancelled'
/**
 * waiting: for dependencies, and for its conditions to be looked at · ready: for a slot · running: handed to its queue ·
 * joining: for what it spawned · asking: for a person's decision · held: it failed, and a person says what follows.
 */
export type SubtaskState = 'waiting' | 'ready' | 'running' | 'joining' | 'asking' | 'held' | SubtaskOutcome

/** In the order in which they are told; all of them, so that counts of every state can be made from it. */
export const SUBTASK_STATES: readonly SubtaskState[] = [
  'waiting',
  'ready',
  'running',
  'joining',
  'asking',
  'held',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
]

export function noSubtasks(): Record<SubtaskState, number> {
  return Object.fromEntries(SUBTASK_STATES.map((state) => [state, 0])) as Record<SubtaskState, number>
}

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
  /** Of all attempts, in US dollars, `unknown` where nobody knows the price; absent if no model was called. */
  cost?: Cost
  /** Model calls of which nobody knows what was billed: cut off, or not counted by their provider, and then estimated. */
  unconfirmedCalls?: number
  /** From the first attempt's start to the end of the last, in milliseconds of the worker's clock; 0 if it never ran. */
  durationMs: number
  error?: SubtaskError
  /** The agent that ran it last. */
  agent?: string
  agentVersion?: string
  attempt?: number
  /** Who gave its output by hand, after it had failed. */
  replacedBy?: string
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
  cost?: Cost
  unconfirmedCalls?: number
  durationMs?: number
  error?: SubtaskError
  /** What a person is asked; while it is `asking`. */
  request?: ShownRequest
  /** Its conditions are being looked at, or what a person decided is being written down. */
  settling?: true
  /** The agent has been paused, or the subtask waits for others of its map: it is ready, and not offered. */
  heldBack?: 'map'
  /** While it is ready, in answers: its place among those that wait for the same agent, from 1. */
  position?: number
  /** Taken over from the run that this one repeats. */
  reused?: true
  /** Who gave its output by hand, after it had failed and was held. */
  replacedBy?: string
  /**
   * Artifact of the `SpawnFragment` that holds its definition, where the plan as it was started does not: added, changed,
   * spawned, or started by a reaction. Who repeats the run reads it.
   */
  fragment?: string
}

/** What an answer shows of a request; all of it is in the store. */
export interface ShownRequest {
  /** At most 200 characters. */
  prompt: string
  choices?: string[]
  /** The answer must fit a JSON Schema, which the record has. */
  schema?: true
  /** ISO time after which nobody is asked any more, and what that means. */
  expiresAt?: string
  onTimeout?: TimeoutMeaning
  /** The tool whose call is to be approved: the agent goes on when that is decided, either way. */
  tool?: string
  /** The name of the effect that is to be approved, likewise. */
  effect?: string
  /** Names that call, or that effect: a decision has to name it too. */
  approvalId?: string
}

/** What it means that nobody decided in time. */
export type TimeoutMeaning = 'approve' | 'reject' | 'fail'

/** Who paused, when (ISO, the workflow's clock), and why. */
export interface Pause {
  by: string
  at: string
  reason?: string
}

/** What a run returns, or leaves in its failure's first detail, or in its memo if it was cancelled. Below 128 KiB. */
export interface RunResult {
  status: 'succeeded' | 'failed' | 'cancelled'
  counts: RunCounts
  /** From the workflow's start to the moment its last subtask ended. */
  durationMs: number
  /** Of all attempts of all subtasks, as the providers counted them. */
  tokensUsed: number
  /** In US dollars, `unknown` where nobody knows a price; absent if no model was called. */
  cost?: Cost
  /** Model calls of which nobody knows what was billed: cut off, or not counted by their provider, and then estimated; absent if there were none. */
  unconfirmedCalls?: number
  store: StoreIdentity
  /** SHA-256 of the `RunDocument`. */
  document: string
  /** All results, where they fit; else they are in the document only. */
  results?: Record<string, AgentResult>
}

/** What the orchestrator knows of a run that has ended. */
export interface ClosedRun {
  plan: string
  team: string
  status: RunResult['status']
  counts: RunCounts
  startedAt: string
  endedAt: string
  /** How many changes were made to its plan while it ran. */
  planVersion: number
  /** Workflow id of the run that this one repeats. */
  retryOf?: string
  subtasks: SubtaskRow[]
}

/** All that is left of a closed run, as one artifact. */
export interface RunDocument extends ClosedRun {
  workflowId: string
  firstRunId: string
  tokensUsed: number
  cost?: Cost
  unconfirmedCalls?: number
  results: Record<string, AgentResult>
  events: EventSegment[]
}
