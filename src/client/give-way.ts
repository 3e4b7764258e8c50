// HOST. Lets a run continue as new: whoever publishes without a pause would keep it from that.
import { setTimeout as sleep } from 'node:timers/promises'
import type { HistoryMeasure } from '../contract/history-room'
import { CONTINUE_AFTER_EVENTS } from '../contract/limits'

/** How often the run's history is looked at meanwhile. */
const LOOK_MS = 100
/** The longest pause: a run that was flooded works off some thousand events first. */
const PAUSE_MS = 20_000
/** Time between two pauses that were in vain. */
const GO_ON_MS = 10_000

export class WayGiver {
  private pause: Promise<void> | undefined
  private freeUntil = 0

  /** Resolves at once, or, where the history has become long, when the run has continued as new or could not. */
  async giveWay(known: HistoryMeasure, ask: () => Promise<HistoryMeasure>): Promise<void> {
    if (this.pause) return this.pause
    if (!isLong(known) || Date.now() < this.freeUntil) return
    this.pause = this.wait(ask).finally(() => (this.pause = undefined))
    return this.pause
  }

  private async wait(ask: () => Promise<HistoryMeasure>): Promise<void> {
    for (const end = Date.now() + PAUSE_MS; Date.now() < end;) {
      await sleep(LOOK_MS)
      if (!isLong(await ask())) return
    }
    this.freeUntil = Date.now() + GO_ON_MS
  }
}

/** A run that has executions in flight cannot continue as new, however quiet it is. */
function isLong({ historyLength, isBusy }: HistoryMeasure): boolean {
  return historyLength >= CONTINUE_AFTER_EVENTS && !isBusy
}
