// PURE. Moments at which something becomes of subtasks that are not in flight: deadlines, and the ends of requests.
export interface Alarm {
  /** Milliseconds since the epoch. */
  at: number
  place: number
}

/** A heap: a run may have 100,000 of them, which join it one by one. */
export class Alarms {
  /** The earliest first, then by place: the same also after a continue-as-new. */
  private readonly heap: Alarm[] = []

  add(alarms: readonly Alarm[]): void {
    for (const alarm of alarms) {
      let child = this.heap.push(alarm) - 1
      while (child > 0) {
        const parent = (child - 1) >> 1
        if (!isBefore(alarm, this.heap[parent]!)) break
        this.heap[child] = this.heap[parent]!
        child = parent
      }
      this.heap[child] = alarm
    }
  }

  /** Takes off what is due, and what is not `wanted` any more; the first that is left comes back too. */
  take(now: number, wanted: (alarm: Alarm) => boolean): { due: Alarm[]; next?: number } {
    const due: Alarm[] = []
    for (let first = this.heap[0]; first; first = this.heap[0]) {
      const isWanted = wanted(first)
      if (isWanted && first.at > now) return { due, next: first.at }
      if (isWanted) due.push(first)
      this.pop()
    }
    return { due }
  }

  /** The last one takes the place of the first, and sinks to its own. */
  private pop(): void {
    const last = this.heap.pop()!
    if (this.heap.length === 0) return
    let parent = 0
    for (let child = 1; child < this.heap.length; child = 2 * parent + 1) {
      const right = this.heap[child + 1]
      if (right && isBefore(right, this.heap[child]!)) child++
      if (!isBefore(this.heap[child]!, last)) break
      this.heap[parent] = this.heap[child]!
      parent = child
    }
    this.heap[parent] = last
  }
}

function isBefore(one: Alarm, other: Alarm): boolean {
  return (one.at - other.at || one.place - other.place) < 0
}
