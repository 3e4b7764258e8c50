// HOST. The worker's side of one child process with an isolated agent: it hands over one execution at a time, answers what
// the agent asks, sees to its end after an abort, and turns the process's death into one coded failure.
import { builtFile } from '../../package-root'
import { OutputTail } from './captured-output'
import { toErrorData, fromErrorData } from './error-data'
import { drainOutput, keepLoop, spawnGuarded, type Ending, type GuardedProcess } from './guarded-process'
import { processCrashed, residentMemoryExceeded } from './isolated-failures'
import type {
  CallMessage,
  ChildMessage,
  EndMessage,
  IsolatedRequest,
  NoticeMessage,
  SpawnCall,
  WorkerMessage,
} from './isolated-protocol'
import { relayLines } from './line-relay'
import { PING_MS, CRASH_STDERR_BYTES, KEPT_SHARE, SETTLE_GRACE_MS } from './limits'
import { allowedMegabytes, residentMegabytes, watchMemory } from './memory-watch'

export interface IsolatedProgram {
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
  /** Settles when the process has ended; what came from it is gone by then, or cannot be killed. */
  readonly gone: Promise<void>
  /** Settles when the agent is loaded, or the process ended before. */
  readonly started: Promise<void>
  readonly startedAt = Date.now()
  readonly #process: GuardedProcess
  readonly #stderr = new OutputTail(CRASH_STDERR_BYTES)
  #execution: Execution | undefined
  #executions = 0
  #ready = false
  #begun: () => void = () => undefined
  #worn: string | undefined
  #lost = false
  #ended = false
  /** Why we ended it ourselves. */
  #reason: unknown
  #failure: unknown

  /** `onWorn` is told of an idle process that must not be used any more. */
  constructor(
    private readonly program: IsolatedProgram,
    private readonly onWorn: () => void = () => undefined,
  ) {
    const { modulePath, agentName, memoryMb } = program
    const main = builtFile('src/agents/process/isolated-main.js')
    this.#process = spawnGuarded(process.execPath, [`--max-old-space-size=${memoryMb}`, main, modulePath, agentName], {
      env: process.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    this.started = new Promise((resolve) => (this.#begun = resolve))
    const { child } = this.#process
    for (const pipe of [child?.stdout, child?.stderr]) if (pipe) relayLines(pipe, `[${agentName}] `)
    child?.stderr?.on('data', (chunk: Buffer) => this.#stderr.write(chunk))
    child?.on('message', (message) => this.#receive(message as ChildMessage))
    // Without its channel it can neither be asked nor answer.
    child?.on('disconnect', () => {
      this.#lost = true
      void this.#process.kill()
    })
    this.gone = this.#process.ended.then((ending) => this.#die(ending))
    keepLoop(child, false)
    if (child?.pid === undefined) return
    const stop = watchMemory(child.pid, allowedMegabytes(memoryMb), (resident) => {
      this.#failure = residentMemoryExceeded(agentName, resident, memoryMb)
      void this.end(this.#failure, 0)
    })
    child.once('exit', stop)
  }

  /** Whether its agent is loaded. */
  get ready(): boolean {
    return this.#ready
  }

  /** Executions that it was handed. */
  get executions(): number {
    return this.#executions
  }

  /** Why it must not be handed another execution, while it still runs: what the last one left there. */
  get worn(): string | undefined {
    return this.#worn
  }

  /** Whether it has ended, or is being ended. */
  get ended(): boolean {
    return this.#ended || this.#lost
  }

  /** Why it could not load its agent, or ended otherwise than by being told to. */
  get failure(): unknown {
    return this.#failure
  }

  /**
   * Hands over one execution. After an abort the process is gone when this settles, and not usable again; a result that
   * came in time is given back all the same.
   */
  async execute(request: IsolatedRequest, handlers: ExecutionHandlers): Promise<IsolatedResult> {
    const { signal } = handlers
    const number = ++this.#executions
    keepLoop(this.#process.child, true)
    const settled = new Promise<IsolatedResult>((resolve, reject) => {
      this.#execution = { ...handlers, number, answeredPing: false, resolve, reject }
    })
    const timers: NodeJS.Timeout[] = []
    const abort = () => timers.push(...this.#abort(signal))
    signal.addEventListener('abort', abort, { once: true })
    this.#send({ kind: 'execute', execution: number, request })
    // It may have come since the process was handed out
    if (signal.aborted) abort()
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
      if (resident !== undefined && resident > KEPT_SHARE * allowedMegabytes(this.program.memoryMb))
        this.#worn ??= `${Math.round(resident)} MB resident`
      keepLoop(this.#process.child, false)
    }
  }

  /** Ends the process and all that came from it; a running execution fails with the reason. */
  async end(reason?: unknown, graceMs?: number): Promise<void> {
    this.#ended = true
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
    if (message.kind === 'ready') {
      this.#ready = true
      this.#begun()
    } else if (message.kind === 'unloadable') {
      this.#failure = fromErrorData(message.error)
      this.#begun()
      // An execution that it was handed meanwhile fails by itself
      if (!execution) void this.end()
    } else if (message.kind === 'pong') {
      if (execution) execution.answeredPing = true
    } else if (message.execution !== execution?.number) {
      // What an earlier execution left running still talks
      this.#worn ??= 'an earlier execution goes on in it'
      if (!execution) this.onWorn()
    } else if (message.kind === 'result' || message.kind === 'error') this.#settle(execution, message)
    else if (message.kind === 'call') void this.#answer(execution, message)
    else void this.#pass(execution, message)
  }

  #settle(execution: Execution, message: EndMessage): void {
    if (message.left !== undefined) this.#worn ??= `an execution left ${message.left}`
    if (message.kind === 'error') execution.reject(fromErrorData(message.error))
    else execution.resolve({ output: JSON.parse(message.output) as unknown, spawned: message.spawned })
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
    const wasEnded = this.#ended
    this.#ended = true
    await this.#process.kill(0)
    await drainOutput(this.#process.child)
    const when = this.#execution ? 'in the middle of an execution' : this.#ready ? 'while it was idle' : 'as it started'
    const crash = processCrashed(this.program, ending, this.#stderr.text().trimEnd(), when)
    if (!wasEnded) this.#failure ??= crash
    this.#execution?.reject(this.#reason ?? crash)
    this.#begun()
  }

  /** The end of a channel is told by the end of the process, so a message that does not arrive is no error of its own. */
  #send(message: WorkerMessage): void {
    this.#process.child?.send(message, () => undefined)
  }
}
