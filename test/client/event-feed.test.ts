// Followers against a log that grows, and of which the newest part is told in another order when a workflow task is repeated:
// every follower gets every event once, at its final place, whatever page sizes, joining times and repetitions there are.
import fc from 'fast-check'
import { EventFeed } from '../../src/client/event-feed'
import type { EventPage } from '../../src/client/event-pages'
import type { AgentEvent, EventFilter } from '../../src/contract/event'

const event = (id: string, offset: number): AgentEvent => ({
  id,
  offset,
  type: 'tick',
  payload: null,
  timestamp: '2026-01-01T00:00:00Z',
  source: 'test',
})

/** A log in batches, one for each workflow task; the newest batch is not settled, and may be told in two orders. */
class Log {
  private settled: string[] = []
  private newest: string[] = []
  private closed = false

  constructor(private readonly pageSize: number) {}

  add(ids: string[]): void {
    this.settled.push(...this.newest)
    this.newest = [...ids]
  }

  /** The server has the newest workflow task done again, with more in it. */
  repeat(more: string[]): void {
    this.newest = [...more, ...this.newest]
  }

  close(): AgentEvent[] {
    this.add([])
    this.closed = true
    return this.settled.map(event)
  }

  read({ after = -1 }: EventFilter): EventPage {
    const all = [...this.settled, ...this.newest].map(event)
    const events = all.slice(after + 1, after + 1 + this.pageSize)
    const end = events.at(-1)?.offset ?? Math.max(after, all.length - 1)
    const complete = end >= all.length - 1
    return {
      events,
      after: end,
      settled: Math.min(end, this.settled.length - 1),
      complete,
      closed: this.closed && complete,
    }
  }
}

const step = fc.record({
  kind: fc.constantFrom('add', 'repeat', 'join', 'poll'),
  size: fc.integer({ min: 1, max: 12 }),
})
/** What happens to the log between two pages. */
const between = fc.array(
  fc.record({ kind: fc.constantFrom('add', 'repeat', 'nothing'), size: fc.integer({ min: 1, max: 4 }) }),
  { maxLength: 30 },
)

it('gives every follower every event once', async () => {
  jest.useFakeTimers()
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 30 }),
      between,
      fc.integer({ min: 1, max: 5 }),
      async (plan, meanwhile, pageSize) => {
        const log = new Log(pageSize)
        let count = 0
        const grow = (kind: string, size: number): void => {
          const ids = Array.from({ length: size }, () => `e${count++}`)
          if (kind === 'add') log.add(ids)
          else log.repeat(ids)
        }
        const changes = [...meanwhile]
        const feed = new EventFeed(
          async (filter) => {
            const change = changes.shift()
            if (change && change.kind !== 'nothing') grow(change.kind, change.size)
            return log.read(filter)
          },
          () => undefined,
        )
        const told: Promise<AgentEvent[]>[] = []
        const join = () => told.push(collect(feed.follow({})))
        join()
        for (const { kind, size } of plan) {
          if (kind === 'join') join()
          else if (kind === 'poll') await jest.advanceTimersByTimeAsync(500 * size)
          else grow(kind, size)
        }
        changes.length = 0
        const final = log.close()
        expect(final).toHaveLength(count)
        await jest.advanceTimersByTimeAsync(60_000)
        for (const seen of await Promise.all(told)) expect(seen).toEqual(final)
      },
    ),
    { numRuns: 300 },
  )
  jest.useRealTimers()
})

async function collect(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  const seen: AgentEvent[] = []
  for await (const event of events) seen.push(event)
  return seen
}
