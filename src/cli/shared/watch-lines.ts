// HOST. A run where nothing can be redrawn: a line for each event, and one for whatever keeps it from going on.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../../client/run'
import type { RunStatusReport } from '../../client/status'
import { asTroupeError } from '../../contract/errors'
import type { AgentEvent } from '../../contract/event'
import { painter, type Piece } from '../render/line'
import { peopleLines, runLines } from '../render/waiting'
import { warnings } from '../render/warnings'
import { sayRendered } from './output'
import { messageColor } from './terminal'

/** How often it is asked whether something stands in the way: that is no news that comes as an event. */
const LOOK_EVERY_MS = 3_000
/** Pause before events are asked for again after a failure. */
const RETRY_MS = 1_000
/** What is still missing of the log when the run has closed is waited for this long. */
const LAST_EVENTS_MS = 10_000

/** Hands on every event once, in order, until the run's last one; survives a server that is away for a while. */
export async function eachEvent(run: Run, end: AbortSignal, hand: (event: AgentEvent) => void): Promise<void> {
  let after = -1
  let late = false
  const events = (): AsyncIterableIterator<AgentEvent> => run.events({ after })
  let current = events()
  const giveUp = async (): Promise<void> => {
    await sleep(LAST_EVENTS_MS, undefined, { ref: false })
    late = true
    await current.return?.()
  }
  if (end.aborted) void giveUp()
  else end.addEventListener('abort', () => void giveUp(), { once: true })
  for (;;) {
    try {
      for await (const event of current) {
        after = event.offset
        hand(event)
      }
      return
    } catch (error) {
      if (late || asTroupeError(error)?.retryable !== true) throw error
      await sleep(RETRY_MS)
      current = events()
    }
  }
}

/** Says what stands in the run's way, each thing once, until `end` aborts. */
export async function sayWarnings(run: Run, end: AbortSignal): Promise<void> {
  const told = new Set<string>()
  const paint = painter(messageColor())
  while (!end.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: end, ref: false }).catch(() => undefined)
    if (end.aborted) return
    const view = await run.status().catch(() => undefined)
    // A blocked worker's line counts seconds: it is the same all the same
    const now = Date.parse(view?.startedAt ?? '')
    const all = view ? [...peopleLines(view), ...warnings(view, now), ...runLines(view), ...retries(view)] : []
    for (const line of all.map((pieces) => paint(pieces))) {
      if (!told.has(line)) sayRendered(line)
      told.add(line)
    }
  }
}

/** An attempt that failed is no event: whoever waits is told why it takes so long. */
function retries({ pending }: RunStatusReport): Piece[][] {
  return pending.flatMap(({ subtask, attempt, lastFailure }) =>
    lastFailure === undefined ? [] : [[['yellow', `! ${subtask}: again (attempt ${attempt}), after ${lastFailure}`]]],
  )
}
