// PURE. What a status knows of a run, as far as it tells why a subtask has not ended; and the reasons that come of it.
import type { StatusAnswer } from '../messages'
import type { Cost } from '../prices'
import type { BlockedWorker } from '../records'
import type { Pause, RunStatus, SubtaskRow } from '../run'

/** What Temporal knows of an execution that has not ended. */
export interface PendingExecution {
  subtask: string
  agent: string
  /** scheduled: on its queue · started: a worker has it · cancelling: it was told to end. */
  state: 'scheduled' | 'started' | 'cancelling'
  attempt: number
  /** The worker that has it, or had it last. */
  worker?: string
  /** When the next attempt is due, ISO. */
  nextAttemptAt?: string
  lastFailure?: string
  /** The last sign of life of an attempt that a worker has, ISO. */
  heartbeatAt?: string
  /** The newest `context.progress`. */
  progress?: unknown
  /** Tokens that all its attempts have used, as its newest heartbeat tells. */
  tokensUsed?: number
  cost?: Cost
}

/** Subtasks that wait since no worker serves their agent. */
export interface Unserved {
  agent: string
  taskQueue: string
  subtasks: string[]
}

export interface WaitingFacts extends Pick<StatusAnswer, 'paused' | 'pausedAgents' | 'open' | 'continuing'> {
  runId: string
  team: string
  status: RunStatus
  /** `history`: no worker answers for the run. */
  source: 'worker' | 'document' | 'history'
  subtasks: readonly SubtaskRow[]
  agents: StatusAnswer['agents']
  pending: readonly PendingExecution[]
  unserved: readonly Unserved[]
  blocked: readonly BlockedWorker[]
}

/**
 * running: a worker has it · retrying: until its next attempt · unserved: no worker serves its agent · queued: for a worker
 * that is busy · blocked: its worker stands still · joining: for what it spawned · slot, map: for its turn, of its agent or of
 * its map · dependencies · evaluating: its conditions are looked at · asking: for a person · settling: an answer is written
 * down · held: it failed, and a person says what follows · paused, agent-paused · continuing: the run continues as new ·
 * no-worker: nobody carries on with the run · events: an open run that has nothing to do.
 */
export type WaitingKind =
  | 'running'
  | 'retrying'
  | 'unserved'
  | 'queued'
  | 'blocked'
  | 'joining'
  | 'slot'
  | 'map'
  | 'dependencies'
  | 'evaluating'
  | 'asking'
  | 'settling'
  | 'held'
  | 'paused'
  | 'agent-paused'
  | 'continuing'
  | 'no-worker'
  | 'events'

/** Why a subtask has not ended. */
export interface WaitingReason {
  /** Absent where it is the run itself that waits. */
  subtask?: string
  kind: WaitingKind
  /** In words, without a full stop. */
  sentence: string
  /** What a person may do about it. */
  command?: string
  /** What they may do instead. */
  alternatives?: string[]
  /** Of one that waits for others: the first among them, directly or not, that waits for a person to do something. */
  blocker?: string
  /** ISO time until which it waits at most. */
  until?: string
}

/** A reason before it is known whose it is. */
export type Reason = Omit<WaitingReason, 'subtask'>

export function pausedBy({ by, reason }: Pause): string {
  return `by ${by}${reason === undefined ? '' : ` (${reason})`}`
}
