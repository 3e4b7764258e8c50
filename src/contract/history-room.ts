// PURE. How much of a run's history published events may take: Temporal terminates a run whose history is full, with all it did.
import { TroupeError } from './errors'
import { MAX_PUBLISHING_HISTORY_BYTES, MAX_PUBLISHING_HISTORY_EVENTS } from './limits'

/** How long an answer holds: some hundred events are published in the meantime, by one process. */
const KNOWN_MS = 500
/** Runs whose answers are kept. */
const KEPT = 1_000

/** What Temporal's description of a run tells. */
export interface HistoryMeasure {
  historyLength: number
  historySize?: number
  /** Whether executions are in flight, with which it cannot continue as new. */
  isBusy?: boolean
  /** Whether its newest workflow task had to begin again: more came while it worked than the server holds back. */
  isBehind?: boolean
}

/** Asks now and then; publishers go through it before each event. */
export class HistoryRoom {
  private readonly known = new Map<string, { until: number; measure: Promise<HistoryMeasure> }>()

  /** @throws TroupeError `EventLimitExceeded`: there is no room for events, while the run itself goes on */
  async require(run: string, ask: () => Promise<HistoryMeasure>): Promise<HistoryMeasure> {
    let answer = this.known.get(run)
    if (!answer || answer.until < Date.now()) {
      answer = { until: Date.now() + KNOWN_MS, measure: ask() }
      this.known.delete(run)
      this.known.set(run, answer)
      if (this.known.size > KEPT) this.known.delete(this.known.keys().next().value!)
    }
    const measure = await answer.measure
    const { historyLength, historySize = 0 } = measure
    if (historyLength <= MAX_PUBLISHING_HISTORY_EVENTS && historySize <= MAX_PUBLISHING_HISTORY_BYTES) return measure
    const message = `the run's history has ${historyLength} events and ${historySize} bytes; above ${MAX_PUBLISHING_HISTORY_EVENTS} events or ${MAX_PUBLISHING_HISTORY_BYTES} bytes nothing more is published`
    throw new TroupeError('EventLimitExceeded', message, {
      hint: 'publish fewer and smaller events: put what is large into an artifact and publish its name',
    })
  }
}
