// HOST. Lets a run keep up and continue as new: whoever publishes without a pause would keep it from both.
import { setTimeout as sleep } from 'node:timers/promises'
import type { HistoryMeasure } from '../contract/history-room'
import { CONTINUE_AFTER_EVENTS } from '../contract/limits'

/** How often the run's history is looked at meanwhile. */
const LOOK_MS = 100
/** The longest pause: a run that was flooded works off some thousand events first. */
const PAUSE_MS = 20_000
/** Time after a pause that was in vain: nobody works the run off, and waiting for that helps nobody. */
const GO_ON_MS = 60_000
/** So many events within so long are a flood. Whoever tells a run something now and then is in nobody's way. */
const FLOOD_EVENTS = 20
const FLOOD_MS = 1_000

export class WayGiver {
  private freeUntil = 0
  /** Events since `since`. */
  private events = 0
  private since = 0

  /** Before so many events: resolves at once, or, where the run cannot keep up, when it can again or has had its time. */
  async giveWay(events: number, known: HistoryMeasure, ask: () => Promise<HistoryMeasure>): Promise<void> {
    if (!this.isFlood(events) || !needsWay(known) || Date.now() < this.freeUntil) return
    for (const end = Date.now() + PAUSE_MS; Date.now() < end;) {
      await sleep(LOOK_MS)
      if (!needsWay(await ask())) return
    }
    this.freeUntil = Date.now() + GO_ON_MS
  }

  private isFlood(events: number): boolean {
    const now = Date.now()
    if (now - this.since > FLOOD_MS) {
      this.since = now
      this.events = 0
    }
    this.events += events
    return this.events > FLOOD_EVENTS
  }
}

/** A run that has executions in flight cannot continue as new, however quiet it is. */
function needsWay({ historyLength, isBusy, isBehind }: HistoryMeasure): boolean {
  return isBehind === true || (historyLength >= CONTINUE_AFTER_EVENTS && !isBusy)
}
