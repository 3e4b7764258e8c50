// PURE. Moments at which something becomes of subtasks that are not in flight: deadlines, and the ends of requests.
export interface Alarm {
  /** Milliseconds since the epoch. */
  at: number
  place: number
}

export class Alarms {
  /** The earliest first, then by place: the same also after a continue-as-new. */
  private waiting: Alarm[] = []

  /** Several at once, since each call sorts. */
  add(alarms: readonly Alarm[]): void {
    if (alarms.length === 0) return
    this.waiting.push(...alarms)
    this.waiting.sort((a, b) => a.at - b.at || a.place - b.place)
  }

  /** Takes off what is due, and what is not `wanted` any more; the first that is left comes back too. */
  take(now: number, wanted: (alarm: Alarm) => boolean): { due: Alarm[]; next?: number } {
    const due: Alarm[] = []
    let first = 0
    for (; first < this.waiting.length; first++) {
      const alarm = this.waiting[first]!
      if (!wanted(alarm)) continue
      if (alarm.at > now) break
      due.push(alarm)
    }
    this.waiting.splice(0, first)
    const next = this.waiting[0]?.at
    return next === undefined ? { due } : { due, next }
  }
}
