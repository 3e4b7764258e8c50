// PURE. Which subtask may start next. Dataflow: a subtask is ready the moment its own last dependency is met.
import type { Priority } from '../agent'

export interface QueuedNode {
  /** Places of the subtasks that must be met first: of its own batch, or of an earlier one. */
  dependsOn: readonly number[]
  /** The agent in whose queue it waits, as a place in the run's list. */
  agent: number
  priority: Priority
  /** Its share in the length of a path; 1 unless given. */
  estimateMs?: number
}

const RANK: Record<Priority, number> = { high: 0, normal: 1, low: 2 }
/** What a subtask without an estimate counts, in milliseconds: agents take seconds. */
const DEFAULT_ESTIMATE_MS = 1_000

/**
 * Indegrees, dependents, and one heap for each agent, ordered by priority, then by the longest path to an exit
 * (critical path first, as in list scheduling: Graham 1969, Coffman 1976), then by arrival.
 * O((V+E) log V) for a whole run: nothing is scanned twice.
 */
export class ReadyQueue {
  private readonly indegree: number[] = []
  private readonly dependents: number[][] = []
  private readonly met: boolean[] = []
  private readonly priority: number[] = []
  private readonly pathMs: number[] = []
  private readonly arrival: number[] = []
  private readonly heaps = new Map<number, number[]>()
  /** The agent in whose heap a node waits; a node that was withdrawn stays in the heap until it comes up. */
  private readonly waitsFor: (number | undefined)[] = []
  private readonly sizes = new Map<number, number>()
  private arrivals = 0

  /**
   * Adds nodes; `dependsOn` counts in the whole list.
   * `tailMs` is the path that follows all of them: what waits for the subtask that spawned them.
   * Returns the places of those that wait for nothing; they still have to be offered.
   */
  add(nodes: readonly QueuedNode[], tailMs = 0): number[] {
    const first = this.indegree.length
    for (const node of nodes) {
      this.indegree.push(0)
      this.dependents.push([])
      this.met.push(false)
      this.priority.push(RANK[node.priority])
      this.pathMs.push(0)
      this.arrival.push(0)
    }
    for (const [position, node] of nodes.entries()) this.connect(first + position, node.dependsOn)
    this.measurePaths(nodes, first, tailMs)
    return nodes.flatMap((_, position) => (this.indegree[first + position] === 0 ? [first + position] : []))
  }

  /** Replaces what a node waits for. */
  rewire(place: number, from: readonly number[], to: readonly number[]): void {
    for (const before of from) this.dependents[before] = this.dependents[before]!.filter((one) => one !== place)
    this.connect(place, to)
  }

  /** Replaces a node's priority, also where it is ready: its agent's heap is ordered anew. */
  prioritise(place: number, priority: Priority): void {
    this.priority[place] = RANK[priority]
    const agent = this.waitsFor[place]
    if (agent !== undefined) this.heaps.set(agent, this.inLine(agent))
  }

  /** An agent's ready nodes, the next one first; as a list it is a heap too. */
  inLine(agent: number): number[] {
    const waiting = (this.heaps.get(agent) ?? []).filter((place) => this.waitsFor[place] === agent)
    return [...new Set(waiting)].sort((a, b) => (this.before(a, b) ? -1 : 1))
  }

  /** All ready nodes in the order in which they were offered. */
  offered(): number[] {
    const ready = this.waitsFor.flatMap((agent, place) => (agent === undefined ? [] : [place]))
    return ready.sort((a, b) => this.arrival[a]! - this.arrival[b]!)
  }

  /** How many of its dependencies are not met yet. */
  open(place: number): number {
    return this.indegree[place]!
  }

  /** Path from a node's start to an exit, in milliseconds. */
  longestPath(place: number): number {
    return this.pathMs[place]!
  }

  /** The nodes that wait for this one. */
  dependentsOf(place: number): readonly number[] {
    return this.dependents[place]!
  }

  /** Notes that a node is met; returns those that wait for nothing any more. */
  complete(place: number): number[] {
    this.met[place] = true
    return this.dependents[place]!.filter((dependent) => --this.indegree[dependent]! === 0)
  }

  /** Puts a ready node into an agent's heap. */
  offer(place: number, agent: number): void {
    let heap = this.heaps.get(agent)
    if (!heap) this.heaps.set(agent, (heap = []))
    this.arrival[place] = this.arrivals++
    this.waitsFor[place] = agent
    this.sizes.set(agent, this.size(agent) + 1)
    heap.push(place)
    for (let child = heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1
      if (!this.before(heap[child]!, heap[parent]!)) break
      ;[heap[child], heap[parent]] = [heap[parent]!, heap[child]!]
      child = parent
    }
  }

  /** Takes the first of an agent's ready nodes. */
  take(agent: number): number | undefined {
    for (let place = this.pop(agent); place !== undefined; place = this.pop(agent)) {
      if (this.waitsFor[place] !== agent) continue
      this.withdraw(place)
      return place
    }
    return undefined
  }

  /** A node that was offered is not to be started after all. */
  withdraw(place: number): void {
    const agent = this.waitsFor[place]
    if (agent === undefined) return
    this.waitsFor[place] = undefined
    this.sizes.set(agent, this.size(agent) - 1)
  }

  /** A node goes to another agent, or leaves the line for a while: its heap forgets it altogether. */
  remove(place: number): void {
    const agent = this.waitsFor[place]
    if (agent === undefined) return
    this.withdraw(place)
    this.heaps.set(agent, this.inLine(agent))
  }

  /** How many of an agent's nodes are ready. */
  size(agent: number): number {
    return this.sizes.get(agent) ?? 0
  }

  private connect(place: number, dependsOn: readonly number[]): void {
    for (const before of dependsOn) {
      if (before >= this.dependents.length) throw new RangeError(`node ${place} depends on ${before}, which is unknown`)
      this.dependents[before]!.push(place)
    }
    this.indegree[place] = dependsOn.filter((before) => !this.met[before]).length
  }

  private pop(agent: number): number | undefined {
    const heap = this.heaps.get(agent)
    const top = heap?.[0]
    if (!heap || top === undefined) return undefined
    const last = heap.pop()!
    if (heap.length === 0) return top
    heap[0] = last
    for (let parent = 0; ;) {
      const left = 2 * parent + 1
      if (left >= heap.length) return top
      const child = left + 1 < heap.length && this.before(heap[left + 1]!, heap[left]!) ? left + 1 : left
      if (!this.before(heap[child]!, heap[parent]!)) return top
      ;[heap[child], heap[parent]] = [heap[parent]!, heap[child]!]
      parent = child
    }
  }

  private before(a: number, b: number): boolean {
    const byPriority = this.priority[a]! - this.priority[b]!
    const byPath = this.pathMs[b]! - this.pathMs[a]!
    return (byPriority || byPath || this.arrival[a]! - this.arrival[b]!) < 0
  }

  /** Longest paths of one batch, from the exits backwards (Kahn's order on the reversed edges). */
  private measurePaths(nodes: readonly QueuedNode[], first: number, tailMs: number): void {
    const open = nodes.map((_, position) => this.dependents[first + position]!.length)
    const order = open.flatMap((count, position) => (count === 0 ? [position] : []))
    for (const position of order) {
      const after = this.dependents[first + position]!.reduce(
        (longest, place) => Math.max(longest, this.pathMs[place]!),
        tailMs,
      )
      this.pathMs[first + position] = after + (nodes[position]!.estimateMs ?? DEFAULT_ESTIMATE_MS)
      for (const place of nodes[position]!.dependsOn)
        if (place >= first && --open[place - first]! === 0) order.push(place - first)
    }
  }
}
