// HOST. What a worker and its isolated agents say to each other over their channel. One execution at a time; each message
// names it, so that what an earlier one leaks is not taken for the next one's.
import type { AgentTask } from '../../contract/agent'
import type { Problem } from '../../contract/errors'
import type { JsonValue } from '../../contract/json'
import type { SubTask } from '../../contract/plan'
import type { SpawnOptions } from '../context'
import type { HostPort } from '../host-port'

/** An error as data: the code and its company for a `TroupeError`, the stack for any. */
export interface ErrorData {
  name: string
  message: string
  stack?: string
  code?: string
  hint?: string
  retryable?: boolean
  retryAfterMs?: number
  problems?: Problem[]
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
/** The methods of the context that need the worker's answer. */
export type RemoteMethod =
  | 'publish'
  | 'artifacts.put'
  | 'artifacts.get'
  | 'ledger.recall'
  | 'ledger.begin'
  | 'ledger.record'
  | 'ledger.refused'
  | 'ledger.lost'
  | 'ledger.wasted'
  | 'ledger.budget'
  | 'effects.claim'
  | 'effects.settle'
  | 'effects.noteUntrusted'
  | 'approvals.ask'

/** One call of `context.spawn`. */
export interface SpawnCall {
  subtasks: SubTask[]
  options?: SpawnOptions
}

/** What an execution is told at its start. */
export interface IsolatedRequest {
  task: AgentTask
  runId: string
  attempt: number
  host: Pick<HostPort, 'agent' | 'model' | 'prices' | 'tokenizer' | 'endsAt'> & { logicalAttempt: number }
}

/** From the worker to the child. */
export type WorkerMessage =
  | { kind: 'execute'; execution: number; request: IsolatedRequest }
  | { kind: 'abort'; execution: number; reason: ErrorData }
  | { kind: 'ping' }
  | { kind: 'answer'; execution: number; id: number; value?: unknown; error?: ErrorData }

/** What an execution says while it runs, and nobody answers. */
export type NoticeMessage =
  | { kind: 'progress'; execution: number; details: JsonValue }
  | { kind: 'log'; execution: number; level: LogLevel; message: string; fields?: Record<string, unknown> }

/** What an execution asks for: answered by what the worker's handler returns. */
export interface CallMessage {
  kind: 'call'
  execution: number
  id: number
  method: RemoteMethod
  args: unknown[]
}

/** How an execution ends. `left`: what it left changed in the process, which must not be kept then. The output is JSON text. */
export type EndMessage = { execution: number; left?: string } & (
  { kind: 'result'; output: string; spawned: SpawnCall[] } | { kind: 'error'; error: ErrorData }
)

/** What a child says of itself: its agent is loaded, or cannot be; it still listens. */
export type OwnMessage = { kind: 'ready' } | { kind: 'unloadable'; error: ErrorData } | { kind: 'pong' }

/** From the child to the worker. */
export type ChildMessage = NoticeMessage | CallMessage | EndMessage | OwnMessage
