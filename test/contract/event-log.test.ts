// The event log against a model: a list from which nothing is ever lost.
import fc from 'fast-check'
import type { AgentEvent, EventFilter } from '../../src/contract/event'
import { jsonBytes } from '../../src/contract/json'
import { EventLog, matches } from '../../src/contract/run/event-log'

const START = Date.parse('2026-11-20T12:00:00Z')

function newEvent(number: number, type = 'tick', size = 0): Omit<AgentEvent, 'offset'> {
  const timestamp = new Date(START + number * 1_000).toISOString()
  return { id: `e${number}`, type, payload: 'x'.repeat(size), timestamp, source: 'test' }
}

/** Reads as a client does: segments first, then pages, until nothing is left. */
function readAll(log: EventLog, archive: AgentEvent[], filter: EventFilter): AgentEvent[] {
  const found: AgentEvent[] = []
  let after = filter.after
  for (let turn = 0; ; turn++) {
    if (turn > 10_000) throw new Error('it never ends')
    const page = log.read({ ...filter, ...(after === undefined ? {} : { after }) }, false)
    expect(page.events.length).toBeLessThanOrEqual(256)
    expect(jsonBytes(page.events)).toBeLessThanOrEqual(128 * 1024)
    if (page.segments.length > 0) {
      const { from, to } = page.segments[0]!
      found.push(...archive.slice(from, to + 1).filter((event) => matches(event, { ...filter, after })))
      after = to
      continue
    }
    found.push(...page.events)
    after = page.after
    if (page.complete) return found
  }
}

test('every event is read once and in order, however much was sealed in between', () => {
  const burst = fc.record({
    count: fc.integer({ min: 1, max: 700 }),
    size: fc.constantFrom(0, 10, 3_000),
    seal: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.array(burst, { maxLength: 8 }),
      fc.constantFrom(undefined, 'tick', 'tock'),
      fc.nat(3_000),
      (bursts, type, after) => {
        const log = new EventLog()
        const archive: AgentEvent[] = []
        for (const { count, size, seal } of bursts) {
          for (let number = 0; number < count; number++) {
            const offset = archive.length
            archive.push(log.append(newEvent(offset, offset % 3 === 0 ? 'tock' : 'tick', size)))
          }
          const due = seal ? log.due() : undefined
          if (due) log.sealed({ artifact: 'x', from: due[0]!.offset, to: due.at(-1)!.offset })
        }
        expect(archive.map(({ offset }) => offset)).toEqual(archive.map((_, place) => place))
        expect(log.end).toBe(archive.length)
        const filter: EventFilter = { after, ...(type === undefined ? {} : { type }) }
        expect(readAll(log, archive, filter)).toEqual(archive.filter((event) => matches(event, filter)))
        const sealed = log.segments.flatMap(({ from, to }) => archive.slice(from, to + 1))
        expect([...sealed, ...log.unsealed()]).toEqual(archive)
      },
    ),
    { numRuns: 40 },
  )
})

test('the newest thousand stay in memory, and sealing is due in portions of five hundred', () => {
  const log = new EventLog()
  for (let number = 0; number < 1_499; number++) log.append(newEvent(number))
  expect(log.due()).toBeUndefined()
  log.append(newEvent(1_499))
  const due = log.due()!
  expect([due[0]!.offset, due.at(-1)!.offset]).toEqual([0, 499])
  expect(log.unsealed()).toHaveLength(1_500) // until the segment is written
  log.sealed({ artifact: 'x', from: 0, to: 499 })
  expect(log.due()).toBeUndefined()
  expect(log.unsealed()).toHaveLength(1_000)
})

test('large events are sealed before they fill the memory', () => {
  const log = new EventLog()
  let number = 0
  while (!log.due()) log.append(newEvent(number++, 'large', 16_000))
  expect(number).toBeLessThan(140)
})

test('an answer says where to go on, and whether there is more', () => {
  const log = new EventLog()
  expect(log.read({}, false)).toMatchObject({ events: [], after: -1, complete: true, closed: false })
  for (let number = 0; number < 300; number++) log.append(newEvent(number))
  expect(log.read({}, false)).toMatchObject({ after: 255, complete: false })
  expect(log.read({ limit: 10, after: 5 }, false)).toMatchObject({ after: 15, complete: false })
  expect(log.read({ after: 299 }, true)).toMatchObject({ events: [], after: 299, complete: true, closed: true })
  expect(log.read({ type: 'nothing' }, false)).toMatchObject({ events: [], after: 299, complete: true })
  for (const limit of [0, -1]) expect(log.read({ limit }, false).events).toHaveLength(1)
})

test('since takes events of that time and later, in whatever zone it is written', () => {
  const log = new EventLog()
  for (let number = 0; number < 10; number++) log.append(newEvent(number))
  const offsets = log.read({ since: '2026-11-20T14:00:07+02:00' }, false).events.map(({ offset }) => offset)
  expect(offsets).toEqual([7, 8, 9])
})
