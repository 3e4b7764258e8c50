// HOST. The worker's side of one child process with an isolated agent: it hands over one execution at a time, answers what
// the agent asks, sees to its end after an abort, and turns the process's death into one coded failure.
import type { Socket } from 'node:net'
import { builtFile } from '../../package-root'
import { OutputTail } from './captured-output'
import { toErrorData, fromErrorData } from './error-data'
import { drainOutput, spawnGuarded, type Ending, type GuardedProcess } from './guarded-process'
import { processCrashed, residentMemoryExceeded } from './isolated-failures'
import type {
  CallMessage,
  ChildMessage,
  IsolatedRequest,
  NoticeMessage,
  SpawnCall,
  WorkerMessage,
} from './isolated-protocol'
import { relayLines } from './line-relay'
import { PING_MS, CRASH_STDERR_BYTES, KEPT_SHARE, SETTLE_GRACE_MS } from './limits'
import { allowedMegabytes, residentMegabytes, watchMemory } from './memory-watch'

export interface IsolatedAgent {
  /** Absolute path of the module that exports the agent, or a team with it. */
  modulePath: string
  agentName: string
  /** Bound of its heap. */
  memoryMb: number
}

export interface ExecutionHandlers {
  signal: AbortSignal
  /** Hears what the agent says; for a `call`, what it returns (or resolves to) is the answer. */
  onMessage(message: NoticeMessage | CallMessage): unknown
}

export interface IsolatedResult {
  output: unknown
  spawned: SpawnCall[]
}

interface Execution extends ExecutionHandlers {
  number: number
  answeredPing: boolean
  resolve(result: IsolatedResult): void
  reject(error: unknown): void
}

export class IsolatedChild {
  readonly #process: GuardedProcess
  readonly #stderr = new OutputTail(CRASH_STDERR_BYTES)
  #execution: Execution | undefined
  #executions = 0
  #usable = true
  /** Why we ended it ourselves. */
  #reason: unknown

  constructor(private readonly agent: IsolatedAgent) {
    const { modulePath, agentName, memoryMb } = agent
    const program = builtFile('src/agents/process/isolated-main.js')
    this.#process = spawnGuarded(
      process.execPath,
      [`--max-old-space-size=${memoryMb}`, program, modulePath, agentName],
      {
        env: process.env,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        serialization: 'advanced',
      },
    )
    const { child } = this.#process
    for (const pipe of [child?.stdout, child?.stderr]) if (pipe) relayLines(pipe, `[${agentName}] `)
    child?.stderr?.on('data', (chunk: Buffer) => this.#stderr.write(chunk))
    child?.on('message', (message) => this.#receive(message as ChildMessage))
    // Without its channel it can neither be asked nor answer.
    child?.on('disconnect', () => void this.end())
    void this.#process.ended.then((ending) => this.#die(ending))
    if (child?.pid === undefined) return
    const stop = watchMemory(child.pid, allowedMegabytes(memoryMb), (resident) => {
      void this.end(residentMemoryExceeded(agentName, resident, memoryMb), 0)
    })
    child.once('exit', stop)
  }

  /** Whether it can take one more execution. */
  get usable(): boolean {
    return this.#usable
  }

  /**
   * Hands over one execution. After an abort the process is gone when this settles, and not usable again; a result that
   * came in time is given back all the same.
   */
  async execute(request: IsolatedRequest, handlers: ExecutionHandlers): Promise<IsolatedResult> {
    const { signal } = handlers
    const number = ++this.#executions
    this.#keepLoop(true)
    const settled = new Promise<IsolatedResult>((resolve, reject) => {
      this.#execution = { ...handlers, number, answeredPing: false, resolve, reject }
    })
    const timers: NodeJS.Timeout[] = []
    const abort = () => timers.push(...this.#abort(signal))
    signal.addEventListener('abort', abort, { once: true })
    this.#send({ kind: 'execute', execution: number, request })
    try {
      return await settled
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    } finally {
      signal.removeEventListener('abort', abort)
      for (const timer of timers) clearTimeout(timer)
      this.#execution = undefined
      if (signal.aborted) await this.end(signal.reason, 0)
      const resident = residentMegabytes(this.#process.child?.pid ?? 0)
      if (resident !== undefined && resident > KEPT_SHARE * allowedMegabytes(this.agent.memoryMb)) this.#usable = false
      this.#keepLoop(false)
    }
  }

  /** Ends the process and all that came from it; a running execution fails with the reason. */
  async end(reason?: unknown, graceMs?: number): Promise<void> {
    this.#usable = false
    this.#reason ??= reason
    await this.#process.kill(graceMs)
    // Normally its end has told already; what outlives SIGKILL must not hold up the execution.
    if (this.#reason !== undefined) this.#execution?.reject(this.#reason)
  }

  /** Tells the agent; ends it at once if its event loop is blocked, and in any case after the grace. */
  #abort(signal: AbortSignal): NodeJS.Timeout[] {
    const execution = this.#execution
    if (!execution) return []
    this.#send({ kind: 'abort', execution: execution.number, reason: toErrorData(signal.reason) })
    this.#send({ kind: 'ping' })
    const end = () => void this.end(signal.reason, 0)
    return [setTimeout(() => execution.answeredPing || end(), PING_MS), setTimeout(end, SETTLE_GRACE_MS)]
  }

  #receive(message: ChildMessage): void {
    const execution = this.#execution
    if (!execution) return
    if (message.kind === 'pong') execution.answeredPing = true
    // What an earlier execution left running may still talk.
    else if (message.execution !== execution.number) return
    else if (message.kind === 'result') {
      execution.resolve({ output: JSON.parse(message.output) as unknown, spawned: message.spawned })
    } else if (message.kind === 'error') {
      if (message.unusable) this.#usable = false
      execution.reject(fromErrorData(message.error))
    } else if (message.kind === 'call') void this.#answer(execution, message)
    else void this.#pass(execution, message)
  }

  async #answer({ onMessage }: Execution, call: CallMessage): Promise<void> {
    const { execution, id } = call
    try {
      this.#send({ kind: 'answer', execution, id, value: await onMessage(call) })
    } catch (error) {
      this.#send({ kind: 'answer', execution, id, error: toErrorData(error) })
    }
  }

  /** What the worker cannot take ends the execution: the agent goes on without waiting, so nothing else could tell it. */
  async #pass({ onMessage }: Execution, notice: NoticeMessage): Promise<void> {
    try {
      await onMessage(notice)
    } catch (error) {
      await this.end(error, 0)
    }
  }

  async #die(ending: Ending): Promise<void> {
    this.#usable = false
    await this.#process.kill(0)
    await drainOutput(this.#process.child)
    const { agentName, memoryMb } = this.agent
    this.#execution?.reject(this.#reason ?? processCrashed(agentName, ending, memoryMb, this.#stderr.text().trimEnd()))
  }

  /** The end of a channel is told by the end of the process, so a message that does not arrive is no error of its own. */
  #send(message: WorkerMessage): void {
    this.#process.child?.send(message, () => undefined)
  }

  /** An idle child must not keep the worker's process alive. */
  #keepLoop(keep: boolean): void {
    const { child } = this.#process
    for (const handle of [child, child?.channel, child?.stdout as Socket | null, child?.stderr as Socket | null]) {
      if (keep) handle?.ref()
      else handle?.unref()
    }
  }
}
