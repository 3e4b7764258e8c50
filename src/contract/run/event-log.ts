// PURE. A run's ordered log of events: newest in memory, older ones in sealed segments.
import type { AgentEvent, EventFilter, EventSegment } from '../event'
import { jsonBytes } from '../json'
import {
  ANSWER_BYTES,
  EVENT_BYTES_IN_MEMORY,
  EVENTS_IN_MEMORY,
  EVENTS_PER_ANSWER,
  EVENTS_PER_SEGMENT,
  SEGMENTS_PER_ANSWER,
} from '../limits'
import type { EventsAnswer } from '../messages'

/** No workflow task has this length of history: what is of it is settled. */
const EARLIER_LINK = -1

export class EventLog {
  /** Sealed segments, in order and without gaps. */
  readonly segments: EventSegment[] = []
  private events: AgentEvent[] = []
  private sizes: number[] = []
  /** The workflow task in which each event was logged. */
  private tasks: number[] = []
  private bytes = 0

  /** As it was when the run continued as new. */
  static restore(segments: readonly EventSegment[], events: readonly AgentEvent[]): EventLog {
    const log = new EventLog()
    log.segments.push(...segments)
    for (const event of events) log.append(event, EARLIER_LINK)
    return log
  }

  /** How many events there have been; the next one's offset. */
  get end(): number {
    return this.first + this.events.length
  }

  /** Offset of the oldest event in memory. */
  private get first(): number {
    return (this.segments.at(-1)?.to ?? -1) + 1
  }

  /** `task` tells one workflow task from the others: what the newest one logged is not settled yet. */
  append(event: Omit<AgentEvent, 'offset'>, task = 0): AgentEvent {
    const placed = { ...event, offset: this.end }
    const size = jsonBytes(placed)
    this.events.push(placed)
    this.sizes.push(size)
    this.tasks.push(task)
    this.bytes += size
    return placed
  }

  /** The events that no segment holds. */
  unsealed(): readonly AgentEvent[] {
    return this.events
  }

  /** The oldest events, when there are more in memory than should be; they stay until `sealed` is called. */
  due(): AgentEvent[] | undefined {
    const tooMany = this.events.length >= EVENTS_IN_MEMORY + EVENTS_PER_SEGMENT
    if (!tooMany && this.bytes <= EVENT_BYTES_IN_MEMORY) return undefined
    return this.events.slice(0, EVENTS_PER_SEGMENT)
  }

  /** Forgets events that a segment holds now. */
  sealed(segment: EventSegment): void {
    const count = segment.to - this.first + 1
    this.segments.push(segment)
    this.events.splice(0, count)
    this.tasks.splice(0, count)
    this.bytes -= this.sizes.splice(0, count).reduce((sum, size) => sum + size, 0)
  }

  /** The last offset that no repetition of a workflow task can move: `task` is the newest one. */
  private settled(task: number): number {
    let count = this.events.length
    while (count > 0 && this.tasks[count - 1] === task) count--
    return this.first + count - 1
  }

  /** The next ones to read; they are in order, and may be many. */
  private segmentsAfter(after: number): EventSegment[] {
    let first = this.segments.length
    while (first > 0 && this.segments[first - 1]!.to > after) first--
    return this.segments.slice(first, first + SEGMENTS_PER_ANSWER)
  }

  /** One page: at most 256 events and 128 KiB, or the segments to read first. */
  read(filter: EventFilter, closed: boolean, task = 0): EventsAnswer {
    const after = filter.after ?? -1
    const segments = this.segmentsAfter(after)
    if (segments.length > 0) return { events: [], segments, after, settled: after, complete: false, closed }
    const settled = this.settled(task)
    // At least one: a page of nothing that is not the last would be asked for for ever
    const limit = Math.max(1, Math.min(filter.limit ?? EVENTS_PER_ANSWER, EVENTS_PER_ANSWER))
    const events: AgentEvent[] = []
    let bytes = 0
    let seen = after
    for (let place = Math.max(0, after + 1 - this.first); place < this.events.length; place++) {
      const event = this.events[place]!
      if (matches(event, filter)) {
        bytes += this.sizes[place]! + 1
        // The first is always given: an event is smaller than an answer
        if (events.length === limit || (events.length > 0 && bytes > ANSWER_BYTES))
          return { events, segments: [], after: seen, settled: Math.min(seen, settled), complete: false, closed }
        events.push(event)
      }
      seen = event.offset
    }
    return { events, segments: [], after: seen, settled: Math.min(seen, settled), complete: true, closed }
  }
}

/** Whether an event is wanted, apart from `limit`. */
export function matches(event: AgentEvent, filter: EventFilter): boolean {
  if (filter.after !== undefined && event.offset <= filter.after) return false
  if (filter.type !== undefined && event.type !== filter.type) return false
  return filter.since === undefined || Date.parse(event.timestamp) >= Date.parse(filter.since)
}
