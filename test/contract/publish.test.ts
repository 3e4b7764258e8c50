// What becomes of a published event.
import { acceptPublished, Published, publishProblem } from '../../src/contract/run/publish'

test('a good event is logged with what it lacks', () => {
  expect(acceptPublished({ type: 'docs.ready' }, 3)).toMatchObject({
    type: 'docs.ready',
    payload: null,
    source: 'client',
  })
  const full = { type: 'docs.ready', payload: { pages: 3 }, source: 'outline', correlationId: 'c1' }
  expect(acceptPublished(full, 0)).toMatchObject(full)
})

test('each event of a run has a key of its own', () => {
  const keys = [acceptPublished({ type: 'a' }, 0), acceptPublished({ type: 'a' }, 1), acceptPublished(5, 2)].map(
    ({ key }) => key,
  )
  expect(new Set(keys).size).toBe(3)
})

const circle: Record<string, unknown> = {}
circle.self = circle

test.each<[string, unknown, string]>([
  ['no object', 5, 'an event is an object with a "type", this is 5'],
  ['a list', [], 'this is []'],
  ['nothing', undefined, 'this is undefined'],
  ['no type', {}, 'type is a text that is not empty, this is undefined'],
  ['an empty type', { type: '' }, 'type is a text that is not empty, this is ""'],
  ['a type that is no text', { type: 5 }, 'this is 5'],
  ['a source that is no text', { type: 'a', source: {} }, 'source is a text, this is {}'],
  ['a correlation that is no text', { type: 'a', correlationId: 1 }, 'correlationId is a text, this is 1'],
  ["the orchestrator's source", { type: 'a', source: 'orchestrator' }, "is the orchestrator's own"],
  ['a type that is too long', { type: 'x'.repeat(257) }, 'has 257 characters; at most 256 are taken'],
  ['a payload that is too large', { type: 'a', payload: 'ä'.repeat(9_000) }, 'has 18002 bytes as JSON; at most 16384'],
  ['a payload in a circle', { type: 'a', payload: circle }, 'nested deeper than 100 levels, or in a circle'],
  [
    'a payload nested too deep',
    { type: 'a', payload: JSON.parse('['.repeat(101) + ']'.repeat(101)) },
    'than 100 levels',
  ],
  ['a payload that JSON does not have', { type: 'a', payload: 1n }, 'the payload cannot be JSON'],
])('%s is refused, and the log says why', (_what, input, reason) => {
  expect(publishProblem(input)).toContain(reason)
  const event = acceptPublished(input, 0)
  expect(event).toMatchObject({ type: 'event.refused', source: 'orchestrator' })
  expect((event.payload as { reason: string }).reason).toContain(reason)
})

test('a signal brings one event or a list of them, each with its own key and its own refusal', () => {
  expect(new Published(4).accept({ type: 'a' })).toEqual([acceptPublished({ type: 'a' }, 4)])
  const published = new Published(4)
  const accepted = published.accept([{ type: 'a' }, { type: '' }, { type: 'b' }])
  expect(accepted.map(({ type }) => type)).toEqual(['a', 'event.refused', 'b'])
  expect(accepted.map(({ key }) => key)).toEqual(['published/4', 'published/5', 'published/6'])
  expect([published.accept([]), published.accept({ type: 'c' })].flat().map(({ key }) => key)).toEqual([
    'published/7',
    'published/8',
  ])
})

test.each([
  ['no event', 0],
  ['too many', 101],
])('a list of %s is refused as a whole', (_what, count) => {
  const [event, ...more] = new Published().accept(Array(count).fill({ type: 'a' }))
  expect(more).toEqual([])
  expect(event).toMatchObject({
    type: 'event.refused',
    payload: { reason: expect.stringContaining(`this has ${count}`) as string },
  })
})
