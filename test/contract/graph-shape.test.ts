// What a graph allows: how wide it is, how long its longest path, and how many slots are worth having.
import fc from 'fast-check'
import { graphShape, sideBySide, type ShapedNode } from '../../src/contract/graph-shape'
import { oneOrTeam, type Measured } from '../../src/contract/one-or-team'

const graph = (...dependsOn: number[][]): ShapedNode[] => dependsOn.map((before) => ({ dependsOn: before }))
const chain = graph([], [0], [1], [2])
const diamond = graph([], [0], [0], [1, 2])
const wide = graph(
  [],
  ...Array.from({ length: 20 }, () => [0]),
  Array.from({ length: 20 }, (_, place) => place + 1),
)

it.each([
  ['nothing', graph(), { width: 0, work: 0, criticalPath: 0, slots: 0, path: [] }],
  ['a chain', chain, { width: 1, work: 4, criticalPath: 4, slots: 1, path: [0, 1, 2, 3] }],
  ['a diamond', diamond, { width: 2, work: 4, criticalPath: 3, slots: 2, path: [0, 1, 3] }],
  ['a wide one', wide, { width: 20, work: 22, criticalPath: 3, slots: 20, path: [0, 1, 21] }],
  ['later ones first', graph([1], [2], []), { width: 1, work: 3, criticalPath: 3, slots: 1, path: [2, 1, 0] }],
])('%s', (_what, nodes, shape) => {
  expect(graphShape(nodes)).toMatchObject({ nodes: nodes.length, estimated: 0, ...shape })
})

it('goes by estimates where there are some, and by their mean for the others', () => {
  const estimated = (...times: (number | undefined)[]): ShapedNode[] =>
    times.map((estimateMs) => ({ dependsOn: [], ...(estimateMs === undefined ? {} : { estimateMs }) }))
  expect(graphShape(estimated(100, 10, 10, 10, 10, 10))).toMatchObject({
    work: 150,
    criticalPath: 100,
    width: 6,
    slots: 2,
  })
  expect(graphShape(estimated(100, 300, undefined))).toMatchObject({ estimated: 2, work: 600, criticalPath: 300 })
  expect(graphShape(estimated(0, 0))).toMatchObject({ work: expect.closeTo(0), criticalPath: expect.closeTo(0) })
})

it('holds for any graph: the slots suffice, and nobody starts before those that it waits for', () => {
  const nodes = fc
    .array(fc.tuple(fc.array(fc.nat(30), { maxLength: 3 }), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 30,
    })
    .map((all) =>
      all.map(([before, estimateMs], place) => ({
        dependsOn: [...new Set(before.filter((one) => one < place))],
        estimateMs,
      })),
    )
  fc.assert(
    fc.property(nodes, (all) => {
      const { work, criticalPath, path, width, slots, spans } = graphShape(all)
      const sum = (places: number[]): number => places.reduce((total, place) => total + all[place]!.estimateMs, 0)
      expect([sum(all.map((_, place) => place)), sum(path)]).toEqual([work, criticalPath])
      path.slice(1).forEach((place, before) => expect(all[place]!.dependsOn).toContain(path[before]))
      expect(sideBySide(spans)).toBeLessThanOrEqual(slots)
      expect(slots).toBeLessThanOrEqual(width)
      expect(slots).toBeGreaterThanOrEqual(Math.ceil(work / (criticalPath * 1.1)))
      expect(Math.max(...spans.map(({ end }) => end))).toBeLessThanOrEqual(criticalPath * 1.1)
      all.forEach(({ dependsOn, estimateMs }, place) => {
        expect(spans[place]!.end - spans[place]!.begin).toBeCloseTo(estimateMs)
        for (const before of dependsOn) expect(spans[before]!.end).toBeLessThanOrEqual(spans[place]!.begin)
      })
    }),
  )
})

it('takes a bounded time for a large plan', () => {
  const began = Date.now()
  const large = Array.from({ length: 20_000 }, (_, place) => ({ dependsOn: place < 200 ? [] : [place - 200] }))
  expect(graphShape(large)).toMatchObject({ width: 200, criticalPath: 100, slots: 182 })
  expect(Date.now() - began).toBeLessThan(60_000)
})

describe('one agent or a team', () => {
  const shape = (width: number, work: number, criticalPath: number): Measured['shape'] => ({
    width,
    work,
    criticalPath,
  })

  it.each<[string, Measured, 'one agent' | 'team', string[]]>([
    ['nothing measured', {}, 'one agent', []],
    [
      'few tokens',
      { tokens: 50_000 },
      'one agent',
      ['50,000 tokens have to be known, and one agent takes up to 50,000'],
    ],
    ['many tokens', { tokens: 50_001 }, 'team', ['50,001 tokens have to be known, and one agent takes at most 50,000']],
    ['a chain', { shape: shape(1, 4, 4) }, 'one agent', ['no two parts can be done side by side']],
    [
      'a diamond',
      { tokens: 7, shape: shape(2, 4, 3) },
      'one agent',
      [
        '7 tokens have to be known, and one agent takes up to 50,000',
        'side by side, 2 at a time, it would be 1.33 times as fast, and a team is worth it from 1.5 times on',
      ],
    ],
    ['the bound', { shape: shape(2, 3, 2) }, 'team', ['2 parts run side by side, which makes it 1.5 times as fast']],
    ['just below it', { shape: shape(2, 2.99, 2) }, 'one agent', [expect.stringContaining('1.49 times as fast')]],
    [
      'both',
      { tokens: 60_000, shape: shape(20, 22, 3) },
      'team',
      [expect.stringContaining('60,000'), expect.stringContaining('20 parts')],
    ],
    ['a long chain of much', { tokens: 60_000, shape: shape(1, 4, 4) }, 'team', [expect.stringContaining('60,000')]],
  ])('%s', (_what, measured, advice, reasons) => {
    expect(oneOrTeam(measured)).toEqual({ advice, reasons })
  })
})
