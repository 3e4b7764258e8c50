// HOST. An execution that needs a person's word ends, and another one goes on from the ledger. What is in flight is finished and
// recorded first, nothing new begins, and the agent's code can neither catch it nor go past it. Nor does anything begin after an
// execution's end: the next one would make the same calls beside it.
import { decisiveError, TroupeError } from '../../contract/errors'
import { executionEnded, refuseAfterEnd } from '../../contract/execution-ended'

/** A call that is in flight, and the one around it. */
export interface Work {
  /** Cut off, nobody would know whether it was done. */
  isEffect?: true
  outer?: Work | undefined
}

export class Suspension {
  private readonly abort = new AbortController()
  private readonly inFlight = new Set<Work>()
  /** Calls that wait for a person, or hold one that does. */
  private readonly waiting = new Set<Work>()
  /** What the first who is waited for is to do. */
  private what: string | undefined
  private isLate = false
  private hasEnded = false
  private failure: TroupeError | undefined

  /** Whether somebody is to be asked. */
  get isAsked(): boolean {
    return this.what !== undefined
  }

  /** Aborts when everything that could be finished is, and when the execution has ended. */
  get signal(): AbortSignal {
    return this.abort.signal
  }

  /** A call that is finished before the execution ends; once a person is asked, it begins only within one that is in flight. */
  async during<Value>(work: Work, act: () => Promise<Value> | Value): Promise<Value> {
    if (this.hasEnded) return refuseAfterEnd()
    if (this.what !== undefined && !this.isWithin(work)) await this.wait(work, this.what)
    this.inFlight.add(work)
    try {
      return await act()
    } finally {
      this.inFlight.delete(work)
      this.look()
    }
  }

  /** What only a person can put right: the execution ends by it, and nobody is asked anything else. */
  fail(error: TroupeError): void {
    this.failure ??= error
  }

  /** Never resolves: rejects when the execution ends. `what` a person is to do first. */
  wait(work: Work, what: string): Promise<never> {
    if (this.failure && !this.isAsked) return Promise.reject(this.failure)
    this.what ??= what
    for (let one: Work | undefined = work; one; one = one.outer) this.waiting.add(one)
    this.look()
    return this.aborted()
  }

  /**
   * Little of its time is left. What is in flight may never end, since it may wait for the very call that waits: from here on only
   * an effect is waited for, or else the attempts would be used up, and nobody asked.
   */
  hurry(): void {
    this.isLate = true
    this.look()
  }

  /** The outcome of all that an agent does; there is none where a person is needed, whatever its code made of that. */
  async whole<Value>(work: Promise<Value>): Promise<Value> {
    const [settled] = await Promise.allSettled([work])
    if (this.isAsked) return this.aborted()
    const { failure } = this
    // In the words of its code, where that says the same
    const isTold = settled.status === 'rejected' && decisiveError(settled.reason)?.code === failure?.code
    if (failure && !isTold) throw failure
    return work
  }

  /** The execution has ended, however it did: what it left running is told so. */
  end(): void {
    this.hasEnded = true
    this.abort.abort(executionEnded())
  }

  private isWithin({ outer }: Work): boolean {
    for (let one = outer; one; one = one.outer) if (this.inFlight.has(one)) return !this.waiting.has(one)
    return false
  }

  private look(): void {
    const others = [...this.inFlight].filter((work) => !this.waiting.has(work))
    if (!this.isAsked || others.some(({ isEffect }) => !this.isLate || isEffect)) return
    const hint = 'troupe approve RUN ID, or troupe reject RUN ID'
    const suspended = new TroupeError('Suspended', `it waits for a person ${this.what}`, { hint })
    this.abort.abort(this.failure ?? suspended)
  }

  private aborted(): Promise<never> {
    return new Promise((_, reject) => {
      if (this.signal.aborted) reject(this.signal.reason as Error)
      else this.signal.addEventListener('abort', () => reject(this.signal.reason as Error), { once: true })
    })
  }
}
