// Cycles of a graph: each one that is named is one, and mending all of them leaves none.
import fc from 'fast-check'
import { findCycles } from '../../src/contract/cycles'

const graph = fc
  .integer({ min: 1, max: 12 })
  .chain((size) => fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }))

/** Takes away what depends on nothing until nothing is left, or only cycles and what hangs on them. */
function isAcyclic(edges: readonly (readonly number[])[]): boolean {
  const left = new Set(edges.keys())
  for (let before = -1; before !== left.size;) {
    before = left.size
    for (const node of left) if (!edges[node]!.some((target) => left.has(target))) left.delete(node)
  }
  return left.size === 0
}

/** The edges of a cycle, the last one leads back to its first node. */
function edgesOf(cycle: number[]): [from: number, to: number][] {
  return cycle.map((node, place) => [node, cycle[(place + 1) % cycle.length]!])
}

test('every cycle that is named is one, no two share an edge, and without their edges none is left', () => {
  fc.assert(
    fc.property(graph, (edges) => {
      const cycles = findCycles(edges)
      expect(cycles.length === 0).toBe(isAcyclic(edges))
      const used = cycles.flatMap(edgesOf)
      for (const [from, to] of used) expect(edges[from]).toContain(to)
      expect(new Set(used.map(String)).size).toBe(used.length)
      for (const cycle of cycles) expect(new Set(cycle).size).toBe(cycle.length)
      const mended = edges.map((targets, node) =>
        targets.filter((target) => !used.some(([from, to]) => from === node && to === target)),
      )
      expect(isAcyclic(mended)).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

test('several cycles at once come each with its nodes, in the order of their first', () => {
  //            0 → 1 → 2 → 0      3 ⟲   4 ⇄ 5      6 → 0
  const edges = [[1], [2], [0], [3], [5], [4], [0]]
  expect(findCycles(edges)).toEqual([[0, 1, 2], [3], [4, 5]])
})

test('a shortest way round is named', () => {
  expect(findCycles([[1, 3], [2], [3], [0]])[0]).toEqual([0, 3])
})

test('no more are named than are wanted', () => {
  const complete = Array.from({ length: 60 }, () => Array.from({ length: 60 }, (_, node) => node))
  expect(findCycles(complete, 50)).toHaveLength(50)
})

test('a chain and a circle of a hundred thousand nodes need no deep stack', () => {
  const size = 100_000
  const chain = Array.from({ length: size }, (_, node) => (node + 1 < size ? [node + 1] : []))
  expect(findCycles(chain)).toEqual([])
  expect(findCycles([...chain.slice(0, -1), [0]])[0]).toHaveLength(size)
})
