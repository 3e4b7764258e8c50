// PURE. Cycles of a graph: shortest ones in its strongly connected components (Tarjan 1972, without recursion).

/**
 * Cycles among nodes 0…n-1, where `edges[i]` lists what node i depends on; at most `limit`.
 * Each is a list of nodes, every one depending on the next and the last on the first. Empty for a DAG.
 * No two share an edge, and below the limit no cycle is left once each has lost its edges: who mends all of them is done.
 */
export function findCycles(edges: readonly (readonly number[])[], limit = Infinity): number[][] {
  const left = edges.map((targets, node) => targets.filter((target) => target !== node))
  const found = edges.flatMap((targets, node) => (targets.includes(node) ? [[node]] : []))
  while (found.length < limit) {
    const tangled = components(left).filter((members) => members.length > 1)
    if (tangled.length === 0) break
    for (const members of tangled) {
      const start = members.reduce((least, member) => Math.min(least, member))
      const cycle = shortestCycle(left, new Set(members), start)
      found.push(cycle)
      cycle.forEach((node, place) => {
        const next = cycle[(place + 1) % cycle.length]
        left[node] = left[node]!.filter((target) => target !== next)
      })
    }
  }
  return found.slice(0, limit).sort((a, b) => a[0]! - b[0]!)
}

function components(edges: readonly (readonly number[])[]): number[][] {
  const order = new Array<number>(edges.length).fill(-1)
  const low = new Array<number>(edges.length).fill(0)
  const onStack = new Array<boolean>(edges.length).fill(false)
  const stack: number[] = []
  const found: number[][] = []
  let counter = 0
  for (let root = 0; root < edges.length; root++) {
    if (order[root] !== -1) continue
    const work: { node: number; next: number }[] = [{ node: root, next: 0 }]
    while (work.length > 0) {
      const frame = work[work.length - 1]!
      const { node } = frame
      if (frame.next === 0) {
        order[node] = low[node] = counter++
        stack.push(node)
        onStack[node] = true
      }
      const target = edges[node]![frame.next++]
      if (target !== undefined) {
        if (order[target] === -1) work.push({ node: target, next: 0 })
        else if (onStack[target]) low[node] = Math.min(low[node]!, order[target]!)
        continue
      }
      work.pop()
      const parent = work[work.length - 1]?.node
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!)
      if (low[node] !== order[node]) continue
      const members: number[] = []
      for (let member = -1; member !== node;) {
        member = stack.pop()!
        onStack[member] = false
        members.push(member)
      }
      found.push(members)
    }
  }
  return found
}

/** A shortest way from `start` back to itself inside its component, breadth first. */
function shortestCycle(edges: readonly (readonly number[])[], members: ReadonlySet<number>, start: number): number[] {
  const cameFrom = new Map<number, number>()
  const queue = [start]
  for (const node of queue) {
    for (const target of edges[node]!) {
      if (target === start) {
        const path = [node]
        while (path[0] !== start) path.unshift(cameFrom.get(path[0]!)!)
        return path
      }
      if (!members.has(target) || cameFrom.has(target)) continue
      cameFrom.set(target, node)
      queue.push(target)
    }
  }
  return [start]
}
