// The order of scheduling, against a model that looks at everything each time.
import fc from 'fast-check'
import { ReadyQueue, type QueuedNode } from '../../src/contract/run/ready-queue'

const AGENTS = 3
const RANK = { high: 0, normal: 1, low: 2 }

/** A graph without cycles, its nodes in no particular order. */
const graph = fc
  .array(
    fc.record({
      earlier: fc.array(fc.nat(), { maxLength: 4 }),
      agent: fc.nat(AGENTS - 1),
      priority: fc.constantFrom('low' as const, 'normal' as const, 'high' as const),
      estimateMs: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined }),
      rank: fc.nat(),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((nodes) => {
    const places = nodes.map((_, index) => index).sort((a, b) => nodes[a]!.rank - nodes[b]!.rank)
    const placed = new Array<QueuedNode>(nodes.length)
    for (const [index, { earlier, agent, priority, estimateMs }] of nodes.entries()) {
      const dependsOn = index === 0 ? [] : [...new Set(earlier.map((pick) => places[pick % index]!))]
      placed[places[index]!] = { dependsOn, agent, priority, ...(estimateMs === undefined ? {} : { estimateMs }) }
    }
    return placed
  })

/** Path from a node's start to an exit: its own time, and the longest of those that wait for it. */
function pathFrom(nodes: QueuedNode[], place: number, tailMs: number): number {
  const after = nodes.flatMap((node, waiting) =>
    node.dependsOn.includes(place) ? [pathFrom(nodes, waiting, tailMs)] : [],
  )
  return (nodes[place]!.estimateMs ?? 1_000) + Math.max(tailMs, ...after)
}

test('each node is ready when its last dependency is met; first come priority, then path, then arrival', () => {
  fc.assert(
    fc.property(graph, fc.nat(10_000), fc.array(fc.nat(), { minLength: 10 }), (nodes, tailMs, picks) => {
      const queue = new ReadyQueue()
      const offered: { place: number; arrival: number }[] = []
      const met = new Set<number>()
      let arrivals = 0
      const offer = (places: number[]): void => {
        for (const place of places) {
          queue.offer(place, nodes[place]!.agent)
          offered.push({ place, arrival: arrivals++ })
        }
      }
      const readyBy = (last?: number): number[] =>
        nodes.flatMap(({ dependsOn }, place) =>
          dependsOn.every((dependency) => met.has(dependency)) && (last === undefined || dependsOn.includes(last))
            ? [place]
            : [],
        )
      const atOnce = queue.add(nodes, tailMs)
      expect(atOnce).toEqual(readyBy())
      for (const place of nodes.keys()) expect(queue.longestPath(place)).toBe(pathFrom(nodes, place, tailMs))
      offer(atOnce)
      for (let step = 0; met.size < nodes.length; step++) {
        const agent = (picks[step % picks.length]! + step) % AGENTS
        const mine = offered.filter(({ place }) => nodes[place]!.agent === agent)
        expect(queue.size(agent)).toBe(mine.length)
        mine.sort(
          (a, b) =>
            RANK[nodes[a.place]!.priority] - RANK[nodes[b.place]!.priority] ||
            queue.longestPath(b.place) - queue.longestPath(a.place) ||
            a.arrival - b.arrival,
        )
        const taken = queue.take(agent)
        expect(taken).toBe(mine[0]?.place)
        if (taken === undefined) continue
        offered.splice(offered.indexOf(mine[0]!), 1)
        met.add(taken)
        const next = queue.complete(taken)
        expect([...next].sort((a, b) => a - b)).toEqual(readyBy(taken))
        offer(next)
      }
      expect(offered).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('what is added later is ordered by the path that follows its spawner, and counts places in the whole list', () => {
  const queue = new ReadyQueue()
  const node = (dependsOn: number[] = []): QueuedNode => ({ dependsOn, agent: 0, priority: 'normal' })
  for (const place of queue.add([node(), node(), node([0])])) queue.offer(place, 0)
  expect([queue.take(0), queue.take(0)]).toEqual([0, 1])
  const added = queue.add([node(), node([3])], 500)
  expect(added).toEqual([3])
  expect([3, 4].map((place) => queue.longestPath(place))).toEqual([2_500, 1_500])
  expect(queue.complete(3)).toEqual([4])
})

test('a dependency outside its own batch is refused', () => {
  const queue = new ReadyQueue()
  queue.add([{ dependsOn: [], agent: 0, priority: 'normal' }])
  expect(() => queue.add([{ dependsOn: [0], agent: 0, priority: 'normal' }])).toThrow(RangeError)
  expect(() => new ReadyQueue().add([{ dependsOn: [7], agent: 0, priority: 'normal' }])).toThrow(RangeError)
})
