// PURE. The pool of an agent, as `troupe status --pools` tells it.

/** A living worker answers within milliseconds; one that was killed stays listed for a while, and holds nobody up longer. */
export const WORKER_ANSWERS_WITHIN_MS = 2_000

/** The child processes of one agent in one worker process. */
export interface ProcessFigures {
  /** That run, idle, busy, starting or ending. */
  processes: number
  /** Of them those that are idle, with their agent loaded. */
  warm: number
  /** Processes that died or were killed since the worker's start: a crash, exhausted memory, an execution that did not end. */
  restarts: number
  /** Processes that were replaced since they had done enough, or were not as before. */
  recycled: number
  /** Why none could be started the last time. */
  failing?: string
}

/** One agent's slots in one worker process. */
export interface SlotFigures {
  agent: string
  taskQueue: string
  /** Executions that it takes at once. */
  slots: number
  /** Executions that it carries out. */
  busy: number
  /** Of an agent with `isolation: 'process'`. */
  children?: ProcessFigures
}

/** What a worker process tells of itself when it is asked. */
export type TellPools = () => Promise<SlotFigures[]>

/** What became of asking one worker: null where it did not answer in time. */
export type WorkerAnswer = SlotFigures[] | null
