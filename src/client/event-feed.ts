// HOST. One poll of a run's events for all followers in this process: it asks from where the slowest of them stands.
import { asTroupeError } from '../contract/errors'
import type { AgentEvent, EventFilter } from '../contract/event'
import { matches } from '../contract/run/event-log'
import type { EventPage } from './event-pages'

/** Pause after an answer without news: from the first, growing by half, up to the last. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
/** Events that wait for one follower; a follower with more is left behind until it has caught up. */
const BACKLOG = 1_000

type ReadPage = (filter: EventFilter) => Promise<EventPage>

export class EventFeed {
  private readonly followers = new Set<Follower>()
  private polling = false
  private wake = (): void => undefined

  /** `onIdle` is called when the last follower has left. */
  constructor(
    private readonly read: ReadPage,
    private readonly onIdle: () => void,
  ) {}

  /** Events from now on until the run is closed, or the iteration is left. */
  follow(filter: EventFilter): AsyncIterableIterator<AgentEvent> {
    const follower = new Follower(
      filter,
      () => this.poke(),
      () => this.followers.delete(follower),
    )
    this.followers.add(follower)
    if (this.polling) this.poke()
    else void this.poll()
    return follower
  }

  private poke(): void {
    this.wake()
  }

  private async poll(): Promise<void> {
    this.polling = true
    let pause = FIRST_PAUSE_MS
    while (this.followers.size > 0) {
      const waiting = [...this.followers].filter((follower) => follower.hasRoom)
      if (waiting.length === 0) {
        await this.rest(LONGEST_PAUSE_MS)
        continue
      }
      const after = Math.min(...waiting.map((follower) => follower.position))
      try {
        const page = await this.read({ after })
        const news = [...this.followers].filter((follower) => follower.take(page, after)).length > 0
        if (page.closed) for (const follower of [...this.followers]) follower.closeAt(page.after)
        pause = news ? FIRST_PAUSE_MS : Math.min(pause * 1.5, LONGEST_PAUSE_MS)
        if (page.complete || !news) await this.rest(pause)
      } catch (error) {
        // A server that is away for a while loses nobody an event
        if (asTroupeError(error)?.retryable) await this.rest(LONGEST_PAUSE_MS)
        else for (const follower of [...this.followers]) follower.fail(error)
      }
    }
    this.polling = false
    this.onIdle()
  }

  private rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

class Follower implements AsyncIterableIterator<AgentEvent> {
  /** The offset of the last event that was taken, wanted or not. */
  position: number
  private readonly queue: AgentEvent[] = []
  private waiting: { resolve(result: IteratorResult<AgentEvent>): void; reject(error: unknown): void }[] = []
  private ended = false
  private failure: { error: unknown } | undefined
  private given = 0

  constructor(
    private readonly filter: EventFilter,
    private readonly poke: () => void,
    private readonly leave: () => void,
  ) {
    this.position = filter.after ?? -1
  }

  get hasRoom(): boolean {
    return this.queue.length < BACKLOG
  }

  /** A page that was asked for from `from` on; true if it has brought this follower further. */
  take({ events, settled }: EventPage, from: number): boolean {
    if (this.ended || !this.hasRoom || this.position < from || settled <= this.position) return false
    for (const event of events) if (event.offset > this.position && event.offset <= settled) this.give(event)
    this.position = settled
    this.hand()
    return true
  }

  closeAt(end: number): void {
    if (this.position >= end) this.close()
  }

  fail(error: unknown): void {
    this.failure = { error }
    this.close()
  }

  next(): Promise<IteratorResult<AgentEvent>> {
    const promise = new Promise<IteratorResult<AgentEvent>>((resolve, reject) => this.waiting.push({ resolve, reject }))
    const hadRoom = this.hasRoom
    this.hand()
    if (!hadRoom && this.hasRoom) this.poke()
    return promise
  }

  return(): Promise<IteratorResult<AgentEvent>> {
    this.queue.length = 0
    this.close()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  private give(event: AgentEvent): void {
    const { after: _after, ...wanted } = this.filter
    if (this.ended || !matches(event, wanted)) return
    this.queue.push(event)
    if (++this.given === this.filter.limit) this.close()
  }

  private close(): void {
    this.ended = true
    this.leave()
    this.hand()
    this.poke()
  }

  private hand(): void {
    while (this.waiting.length > 0) {
      const event = this.queue.shift()
      if (event === undefined && !this.ended) return
      const { resolve, reject } = this.waiting.shift()!
      if (event !== undefined) resolve({ done: false, value: event })
      else if (this.failure) reject(this.failure.error)
      else resolve({ done: true, value: undefined })
    }
  }
}
