// HOST. The child processes of one isolated agent: some are kept ready, there are never too many, each carries out one
// execution at a time, and one that is worn, dead or not needed makes room for another.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessFigures } from '../../contract/pools'
import { Turns } from '../../contract/turns'
import { IsolatedChild, type IsolatedProgram } from './isolated-child'
import { IDLE_MS, STEADY_MS, WARMED_AT_ONCE, WARMING_MS } from './limits'
import { RestartPace } from './restart-pace'

export interface PoolSettings extends IsolatedProgram {
  /** Processes that are kept, idle or busy, once the pool is in use. */
  warm: number
  /** Processes that there are at most. */
  processes: number
  /** Executions after which one is replaced. */
  recycleAfter: number
}

interface Waiter {
  resolve(child: IsolatedChild): void
  reject(error: unknown): void
}

/** Over all pools of this worker. */
const warming = new Turns(WARMED_AT_ONCE)

export class ChildPool {
  readonly #children = new Set<IsolatedChild>()
  /** Those that wait for an execution, with the timer that ends them; the one that was used last comes last. */
  readonly #idle = new Map<IsolatedChild, NodeJS.Timeout>()
  readonly #waiting: Waiter[] = []
  readonly #pace: RestartPace
  /** Those that we end, which is no restart. */
  readonly #dismissed = new Set<IsolatedChild>()
  #restarts = 0
  #recycled = 0
  #inUse = false
  #warming = false
  #over = false

  constructor(private readonly settings: PoolSettings) {
    this.#pace = new RestartPace(settings.agentName)
  }

  get figures(): ProcessFigures {
    const warm = [...this.#idle.keys()].filter((child) => child.ready).length
    const { failing } = this.#pace
    const counts = { processes: this.#children.size, warm, restarts: this.#restarts, recycled: this.#recycled }
    return { ...counts, ...(failing === undefined ? {} : { failing }) }
  }

  /** From now on so many processes are kept as the settings say. */
  keepWarm(): void {
    this.#inUse = true
    if (this.#warming || !this.#needsMore()) return
    this.#warming = true
    void this.#warmUp().finally(() => {
      this.#warming = false
      if (this.#needsMore()) this.keepWarm()
    })
  }

  /**
   * A process for one execution, which is to be given back. Waits while all are busy.
   *
   * @throws why none can be started; the signal's reason
   */
  async take(signal: AbortSignal): Promise<IsolatedChild> {
    signal.throwIfAborted()
    const child = this.#find()
    this.keepWarm()
    return child ?? this.#wait(signal)
  }

  giveBack(child: IsolatedChild): void {
    if (child.ready) this.#pace.succeeded()
    if (this.#over) void this.#dismiss(child)
    else if (child.ended || child.failure !== undefined) void this.#bury(child)
    else if (child.worn !== undefined || child.executions >= this.settings.recycleAfter) this.#recycle(child)
    else this.#keep(child)
  }

  /** Ends what is idle, keeps nothing from now on, and ends the others when they are given back. */
  drain(): void {
    this.#over = true
    for (const child of [...this.#idle.keys()]) void this.#dismiss(child)
  }

  /** Ends all processes; what runs in them, and what waits for one, fails with the reason. */
  async close(reason: unknown): Promise<void> {
    this.drain()
    for (const { reject } of this.#waiting.splice(0)) reject(reason)
    const all = [...this.#children]
    await Promise.all(all.map((child) => this.#dismiss(child, reason)))
  }

  #find(): IsolatedChild | undefined {
    const idle = [...this.#idle.keys()].filter((child) => !child.ended).reverse()
    const child = idle.find(({ ready }) => ready) ?? idle[0]
    if (child) return this.#pick(child)
    if (this.#children.size >= this.settings.processes) return undefined
    const refusal = this.#pace.refusal()
    if (refusal) throw refusal
    return this.#start()
  }

  #pick(child: IsolatedChild): IsolatedChild {
    clearTimeout(this.#idle.get(child))
    this.#idle.delete(child)
    return child
  }

  #wait(signal: AbortSignal): Promise<IsolatedChild> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve(child) {
          signal.removeEventListener('abort', abort)
          resolve(child)
        },
        reject,
      }
      const abort = (): void => {
        const place = this.#waiting.indexOf(waiter)
        if (place >= 0) this.#waiting.splice(place, 1)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', abort, { once: true })
      this.#waiting.push(waiter)
    })
  }

  /** Hands out what there is to those who wait, in the order in which they came. */
  #serve(): void {
    while (this.#waiting.length > 0) {
      try {
        const child = this.#find()
        if (!child) return
        this.#waiting.shift()!.resolve(child)
      } catch (error) {
        this.#waiting.shift()!.reject(error)
      }
    }
  }

  #start(): IsolatedChild {
    const child: IsolatedChild = new IsolatedChild(this.settings, () => this.#recycle(child))
    this.#children.add(child)
    void child.gone.then(() => this.#forget(child))
    setTimeout(() => child.ready && !child.ended && this.#pace.succeeded(), STEADY_MS).unref()
    return child
  }

  #keep(child: IsolatedChild): void {
    this.#idle.set(child, this.#idleTimer(child))
    this.#serve()
  }

  #idleTimer(child: IsolatedChild): NodeJS.Timeout {
    return setTimeout(() => {
      const { warm } = this.settings
      if (this.#inUse && this.#children.size <= warm) this.#idle.set(child, this.#idleTimer(child))
      else void this.#dismiss(child)
    }, IDLE_MS).unref()
  }

  #recycle(child: IsolatedChild): void {
    this.#recycled++
    void this.#dismiss(child)
  }

  async #dismiss(child: IsolatedChild, reason?: unknown): Promise<void> {
    this.#dismissed.add(child)
    await this.#bury(this.#pick(child), reason)
  }

  /** What outlives SIGKILL holds no place. */
  async #bury(child: IsolatedChild, reason?: unknown): Promise<void> {
    await child.end(reason)
    this.#forget(child)
  }

  #forget(child: IsolatedChild): void {
    if (!this.#children.delete(child)) return
    this.#pick(child)
    if (!this.#dismissed.delete(child)) this.#ended(child)
    this.#serve()
    if (this.#inUse) this.keepWarm()
  }

  /** One that we did not let go. */
  #ended({ ready, executions, startedAt, failure }: IsolatedChild): void {
    this.#restarts++
    const unused = !ready || (executions === 0 && Date.now() - startedAt < STEADY_MS)
    if (unused && failure !== undefined) this.#pace.failed(failure)
  }

  #needsMore(): boolean {
    return !this.#over && this.#children.size < this.settings.warm
  }

  async #warmUp(): Promise<void> {
    while (this.#needsMore()) {
      await warming.take(async () => {
        if (this.#pace.waitMs > 0 || !this.#needsMore()) return
        const child = this.#start()
        this.#keep(child)
        await Promise.race([child.started, sleep(WARMING_MS, undefined, { ref: false })])
      })
      const { waitMs } = this.#pace
      if (waitMs > 0) await sleep(waitMs, undefined, { ref: false })
    }
  }
}
