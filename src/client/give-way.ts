// HOST. Lets a run keep up and continue as new: whoever publishes without a pause would keep it from both.
import { setTimeout as sleep } from 'node:timers/promises'
import type { HistoryMeasure } from '../contract/history-room'
import { CONTINUE_AFTER_EVENTS } from '../contract/limits'

/** How often the run's history is looked at meanwhile. */
const LOOK_MS = 100
/** The longest pause: a run that was flooded works off some thousand events first. */
const PAUSE_MS = 20_000
/** Time between two pauses that were in vain. */
const GO_ON_MS = 10_000

/** So many signals within so long are a flood. Whoever tells a run something now and then is in nobody's way. */
const FLOOD_SIGNALS = 10
const FLOOD_MS = 1_000

export class WayGiver {
  private freeUntil = 0
  /** Times of the newest signals. */
  private recent: number[] = []

  /** Resolves at once, or, where the run cannot keep up, when it can again or has had its time. */
  async giveWay(known: HistoryMeasure, ask: () => Promise<HistoryMeasure>): Promise<void> {
    const now = Date.now()
    this.recent = [...this.recent, now].slice(-FLOOD_SIGNALS)
    const isFlood = this.recent.length === FLOOD_SIGNALS && now - this.recent[0]! < FLOOD_MS
    if (!isFlood || !needsWay(known) || now < this.freeUntil) return
    for (const end = Date.now() + PAUSE_MS; Date.now() < end;) {
      await sleep(LOOK_MS)
      if (!needsWay(await ask())) return
    }
    this.freeUntil = Date.now() + GO_ON_MS
  }
}

/** A run that has executions in flight cannot continue as new, however quiet it is. */
function needsWay({ historyLength, isBusy, isBehind }: HistoryMeasure): boolean {
  return isBehind === true || (historyLength >= CONTINUE_AFTER_EVENTS && !isBusy)
}
