// PURE. How much of a graph can be done side by side: its width, its longest path, and how many slots are worth having.
import { ReadyQueue } from './run/ready-queue'

export interface ShapedNode {
  dependsOn: readonly number[]
  /** Milliseconds, where known. */
  estimateMs?: number
}

export interface GraphShape {
  nodes: number
  /** How many have an estimate. Others count as the mean of those; as 1 where nobody has one. */
  estimated: number
  /** All one after the other, in milliseconds, or in nodes where nothing is estimated. */
  work: number
  /** The longest path, likewise: no number of slots makes it shorter. */
  criticalPath: number
  /** Places of the nodes on it, in their order. */
  path: number[]
  /** The most that run at a time when each starts as early as it can. */
  width: number
  /** The fewest slots with which all takes at most a tenth longer than the longest path. */
  slots: number
  /** With so many: which nodes begin and end when. */
  spans: Span[]
}

export interface Span {
  begin: number
  end: number
}

/** What more slots would still save is not worth them below this share. */
const PATIENCE = 1.1

/** Of a graph without cycles. */
export function graphShape(nodes: readonly ShapedNode[]): GraphShape {
  const known = nodes.flatMap(({ estimateMs }) => estimateMs ?? [])
  const mean = known.length > 0 ? known.reduce((sum, one) => sum + one, 0) / known.length : 1
  // What takes no time would be beside nothing
  const lengths = nodes.map(({ estimateMs }) => Math.max(estimateMs ?? mean, Number.MIN_VALUE))
  const work = lengths.reduce((sum, one) => sum + one, 0)
  const free = schedule(nodes, lengths, Infinity)
  const criticalPath = endOf(free)
  const width = sideBySide(free)
  let [least, most] = [Math.min(1, width), width]
  while (least < most) {
    const middle = (least + most) >> 1
    if (endOf(schedule(nodes, lengths, middle)) <= criticalPath * PATIENCE) most = middle
    else least = middle + 1
  }
  return {
    ...{ nodes: nodes.length, estimated: known.length, work, criticalPath, path: longestPath(nodes, free), width },
    ...{ slots: most, spans: schedule(nodes, lengths, most) },
  }
}

/** The most spans that hold one moment. */
export function sideBySide(spans: readonly Span[]): number {
  const changes = spans.flatMap(({ begin, end }) => [
    { at: begin, by: 1 },
    { at: end, by: -1 },
  ])
  let [now, most] = [0, 0]
  // What ends at a moment is not beside what begins then
  for (const { by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) most = Math.max(most, (now += by))
  return most
}

/** As the orchestrator would do it: of what is ready the one with the longest path before it comes first. */
function schedule(nodes: readonly ShapedNode[], lengths: readonly number[], slots: number): Span[] {
  const queue = new ReadyQueue()
  const agent = 0
  const queued = nodes.map(({ dependsOn }, place) => ({
    ...{ dependsOn, agent, priority: 'normal' as const, estimateMs: lengths[place]! },
  }))
  for (const place of queue.add(queued)) queue.offer(place, agent)
  const spans: Span[] = nodes.map(() => ({ begin: 0, end: 0 }))
  const running = new Ends()
  for (let now = 0; ;) {
    while (running.size < slots) {
      const place = queue.take(agent)
      if (place === undefined) break
      spans[place] = { begin: now, end: now + lengths[place]! }
      running.add(place, spans[place].end)
    }
    const next = running.first()
    if (next === undefined) return spans
    now = spans[next]!.end
    for (
      let ended: number | undefined = next;
      ended !== undefined && spans[ended]!.end <= now;
      ended = running.first()
    ) {
      running.drop()
      for (const ready of queue.complete(ended)) queue.offer(ready, agent)
    }
  }
}

function endOf(spans: readonly Span[]): number {
  return spans.reduce((last, { end }) => Math.max(last, end), 0)
}

/** From the one that ends last, back over those that it waited for. */
function longestPath(nodes: readonly ShapedNode[], spans: readonly Span[]): number[] {
  const latestEnd = endOf(spans)
  const last = spans.findIndex(({ end }) => end === latestEnd)
  const path: number[] = []
  for (let place: number | undefined = last < 0 ? undefined : last; place !== undefined;) {
    path.push(place)
    place = nodes[place]!.dependsOn.reduce<number | undefined>(
      (latest, one) => (latest === undefined || spans[one]!.end > spans[latest]!.end ? one : latest),
      undefined,
    )
  }
  return path.reverse()
}

/** Which of those that run ends first: a heap. */
class Ends {
  private readonly heap: { place: number; end: number }[] = []

  get size(): number {
    return this.heap.length
  }

  first(): number | undefined {
    return this.heap[0]?.place
  }

  add(place: number, end: number): void {
    const { heap } = this
    heap.push({ place, end })
    for (let child = heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1
      if (heap[parent]!.end <= heap[child]!.end) break
      ;[heap[child], heap[parent]] = [heap[parent]!, heap[child]!]
      child = parent
    }
  }

  drop(): void {
    const { heap } = this
    const last = heap.pop()!
    if (heap.length === 0) return
    heap[0] = last
    for (let parent = 0; ;) {
      const [left, right] = [2 * parent + 1, 2 * parent + 2]
      const child = right < heap.length && heap[right]!.end < heap[left]!.end ? right : left
      if (child >= heap.length || heap[parent]!.end <= heap[child]!.end) return
      ;[heap[child], heap[parent]] = [heap[parent]!, heap[child]!]
      parent = child
    }
  }
}
