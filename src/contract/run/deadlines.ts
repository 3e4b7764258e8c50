// PURE. Deadlines of subtasks that are not in flight.
interface Deadline {
  /** Milliseconds since the epoch. */
  at: number
  place: number
}

export class Deadlines {
  /** The earliest first. */
  private waiting: Deadline[] = []

  /** Several at once, since each call sorts. */
  add(deadlines: readonly Deadline[]): void {
    if (deadlines.length === 0) return
    this.waiting.push(...deadlines)
    this.waiting.sort((a, b) => a.at - b.at)
  }

  /** Takes off what is due, and what `pending` no longer knows; the first that is left comes back too. */
  take(now: number, pending: (place: number) => boolean): { due: Deadline[]; next?: number } {
    const due: Deadline[] = []
    let first = 0
    for (; first < this.waiting.length; first++) {
      const deadline = this.waiting[first]!
      if (!pending(deadline.place)) continue
      if (deadline.at > now) break
      due.push(deadline)
    }
    this.waiting.splice(0, first)
    const next = this.waiting[0]?.at
    return next === undefined ? { due } : { due, next }
  }
}
