// HOST. Runs an agent in child processes (`isolation: 'process'`): one execution at a time in each, from a pool of warm ones.
// A crash, an endless loop or exhausted memory is one failed execution and nothing else.
import { TroupeError } from '../../contract/errors'
import type { ProcessFigures } from '../../contract/pools'
import { ChildPool } from './child-pool'
import type { ExecutionHandlers, IsolatedResult } from './isolated-child'
import type { IsolatedRequest } from './isolated-protocol'
import { ISOLATED_MEMORY_MB, RECYCLE_AFTER, WARM_PROCESSES } from './limits'

export interface IsolatedExecutorOptions {
  /** Absolute path of the module that exports the agent, or a team with it. */
  modulePath: string
  agentName: string
  /** Bound of the heap in MB, 512 unless given; a process with more than twice of it resident (and 128 MB more than it) is killed (Linux). */
  memoryMb?: number
  /** Processes that there are at most: an execution beyond them waits. */
  processes: number
  /** Processes that are kept ready; 2 unless given, and never more than there may be. */
  warm?: number
  /** Executions after which a process is replaced; 100 unless given, 1 makes a fresh one for each. */
  recycleAfter?: number
}

export interface IsolatedExecutor {
  readonly figures: ProcessFigures
  /** Starts the processes that are kept ready; the first execution does so too. */
  keepWarm(): void
  /**
   * Runs one execution. After an abort it settles within 5 s, and the process is gone.
   *
   * @throws what the agent threw, with its code; ProcessCrashed (retryable); InvalidTeam; on abort the signal's reason
   */
  execute(request: IsolatedRequest, handlers: ExecutionHandlers): Promise<IsolatedResult>
  /** Keeps nothing ready from now on: what is idle ends now, what is busy when it is done. */
  drain(): void
  /** Ends all processes; running executions fail with WorkerShutdown. */
  close(): Promise<void>
}

export function createIsolatedExecutor(options: IsolatedExecutorOptions): IsolatedExecutor {
  const { memoryMb = ISOLATED_MEMORY_MB, warm = WARM_PROCESSES, recycleAfter = RECYCLE_AFTER, ...given } = options
  const pool = new ChildPool({ ...given, memoryMb, recycleAfter, warm: Math.min(warm, options.processes) })
  let closed = false

  function shutdown(): TroupeError {
    return new TroupeError('WorkerShutdown', `the worker of agent "${options.agentName}" is shutting down`, {
      retryable: true,
    })
  }

  return {
    get figures() {
      return pool.figures
    },
    keepWarm: () => pool.keepWarm(),
    async execute(request, handlers) {
      handlers.signal.throwIfAborted()
      if (closed) throw shutdown()
      const child = await pool.take(handlers.signal)
      try {
        return await child.execute(request, handlers)
      } finally {
        pool.giveBack(child)
      }
    },
    drain: () => pool.drain(),
    async close() {
      closed = true
      await pool.close(shutdown())
    },
  }
}
