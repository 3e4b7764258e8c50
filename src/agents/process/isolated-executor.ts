// HOST. Runs an agent in child processes (`isolation: 'process'`): one execution at a time in each, and a process that has
// done well is kept for the next one. A crash, an endless loop or exhausted memory is one failed execution and nothing else.
import { TroupeError } from '../../contract/errors'
import { IsolatedChild, type ExecutionHandlers, type IsolatedResult } from './isolated-child'
import type { IsolatedRequest } from './isolated-protocol'
import { IDLE_MS, ISOLATED_MEMORY_MB } from './limits'

export interface IsolatedExecutorOptions {
  /** Absolute path of the module that exports the agent, or a team with it. */
  modulePath: string
  agentName: string
  /** Bound of the heap in MB, 512 unless given; a process with more than twice of it resident (and 128 MB more than it) is killed (Linux). */
  memoryMb?: number
  /** Processes that are kept for the next execution; 0 makes a fresh one for each. */
  maxIdle: number
}

export interface IsolatedExecutor {
  /**
   * Runs one execution. After an abort it settles within 5 s, and the process is gone.
   *
   * @throws what the agent threw, with its code; ProcessCrashed (retryable); InvalidTeam; on abort the signal's reason
   */
  execute(request: IsolatedRequest, handlers: ExecutionHandlers): Promise<IsolatedResult>
  /** Ends all processes; running executions fail with WorkerShutdown. */
  close(): Promise<void>
}

export function createIsolatedExecutor(options: IsolatedExecutorOptions): IsolatedExecutor {
  const agent = { ...options, memoryMb: options.memoryMb ?? ISOLATED_MEMORY_MB }
  const children = new Set<IsolatedChild>()
  const idle: { child: IsolatedChild; timer: NodeJS.Timeout }[] = []
  let closed = false

  function take(): IsolatedChild {
    // The one used last: it is warm, and the others grow old enough to be ended.
    for (let kept = idle.pop(); kept; kept = idle.pop()) {
      clearTimeout(kept.timer)
      if (kept.child.usable) return kept.child
      children.delete(kept.child)
    }
    const child = new IsolatedChild(agent)
    children.add(child)
    return child
  }

  function giveBack(child: IsolatedChild): void {
    if (closed || !child.usable || idle.length >= options.maxIdle) return void end(child)
    const timer = setTimeout(() => {
      idle.splice(
        idle.findIndex((kept) => kept.child === child),
        1,
      )
      void end(child)
    }, IDLE_MS)
    timer.unref()
    idle.push({ child, timer })
  }

  async function end(child: IsolatedChild, reason?: unknown): Promise<void> {
    await child.end(reason)
    children.delete(child)
  }

  function shutdown(): TroupeError {
    return new TroupeError('WorkerShutdown', `the worker of agent "${agent.agentName}" is shutting down`, {
      retryable: true,
    })
  }

  return {
    async execute(request, handlers) {
      handlers.signal.throwIfAborted()
      if (closed) throw shutdown()
      const child = take()
      try {
        return await child.execute(request, handlers)
      } finally {
        giveBack(child)
      }
    },
    async close() {
      closed = true
      for (const { timer } of idle.splice(0)) clearTimeout(timer)
      await Promise.all([...children].map((child) => end(child, shutdown())))
    },
  }
}
