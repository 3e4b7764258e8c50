// The ready queue against a naive model that looks at everything each time.
import fc from 'fast-check'
import { ReadyQueue } from '../../src/contract/run/ready-queue'
import { graphs, type RandomNode } from './support/graphs'

const RANK = { high: 0, normal: 1, low: 2 }

/** Longest path from a node to an exit, by definition. */
function pathOf(nodes: readonly RandomNode[], place: number, tail: number): number {
  const after = nodes.flatMap((node, other) => (node.dependsOn.includes(place) ? [pathOf(nodes, other, tail)] : []))
  return (nodes[place]!.estimateMs ?? 1_000) + Math.max(tail, ...after)
}

test('what is taken is always the first by priority, then longest path, then arrival', () => {
  const run = fc.record({ nodes: graphs(14, 2), tail: fc.nat(3_000), choices: fc.infiniteStream(fc.nat(1_000)) })
  fc.assert(
    fc.property(run, ({ nodes, tail, choices }) => {
      const queue = new ReadyQueue()
      const paths = nodes.map((_, place) => pathOf(nodes, place, tail))
      const waiting: number[] = [] // in the order of arrival
      const offer = (places: number[]): void => {
        for (const place of places) {
          queue.offer(place, nodes[place]!.agent)
          waiting.push(place)
        }
      }
      const done = new Set<number>()
      const running: number[] = []
      offer(queue.add(nodes, tail))
      expect(paths.map((_, place) => queue.longestPath(place))).toEqual(paths)
      while (done.size < nodes.length) {
        const ready = nodes.flatMap(({ dependsOn }, place) => (dependsOn.every((one) => done.has(one)) ? [place] : []))
        expect([...waiting, ...running, ...done].sort((a, b) => a - b)).toEqual(ready)
        const choice = choices.next().value
        const agent = choice % 2
        const mine = waiting.filter((place) => nodes[place]!.agent === agent)
        expect(queue.size(agent)).toBe(mine.length)
        if (running.length > 0 && (choice % 3 === 0 || waiting.length === 0)) {
          const [ended] = running.splice(choice % running.length, 1)
          done.add(ended!)
          offer(queue.complete(ended!))
          continue
        }
        const expected = mine.sort(
          (a, b) =>
            RANK[nodes[a]!.priority] - RANK[nodes[b]!.priority] ||
            paths[b]! - paths[a]! ||
            waiting.indexOf(a) - waiting.indexOf(b),
        )[0]
        const taken = queue.take(agent)
        expect(taken).toBe(expected)
        if (taken === undefined) continue
        waiting.splice(waiting.indexOf(taken), 1)
        running.push(taken)
      }
    }),
    { numRuns: 300 },
  )
})

test('a batch that is added later counts on from the first, and stands before what waits for it', () => {
  const queue = new ReadyQueue()
  const node = (dependsOn: number[]) => ({ dependsOn, priority: 'normal' as const, agent: 0 })
  expect(queue.add([node([]), node([0])])).toEqual([0])
  expect(queue.add([node([]), node([2])], queue.longestPath(1))).toEqual([2])
  expect(queue.longestPath(2)).toBe(3_000)
  expect(queue.complete(2)).toEqual([3])
  // One that has been met is not waited for, one that is not there cannot be
  expect(queue.add([node([2])])).toEqual([4])
  expect(() => queue.add([node([9])])).toThrow(/unknown/)
})

test('2,000 nodes with 100,000 edges take far below a second', () => {
  const nodes: RandomNode[] = Array.from({ length: 2_000 }, (_, place) => ({
    dependsOn: Array.from({ length: Math.min(place, 50) }, (_unused, back) => place - 1 - back),
    priority: 'normal',
    agent: 0,
  }))
  const begun = Date.now()
  const queue = new ReadyQueue()
  const ready = queue.add(nodes)
  let count = 0
  for (const place of ready) queue.offer(place, 0)
  for (let place = queue.take(0); place !== undefined; place = queue.take(0)) {
    count++
    for (const next of queue.complete(place)) queue.offer(next, 0)
  }
  expect(count).toBe(2_000)
  expect(Date.now() - begun).toBeLessThan(5_000)
})
