// HOST. A run on a terminal: its status, asked for now and then, drawn several times a second.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../../client/run'
import type { RunStatusReport } from '../../client/status'
import { messageOf } from '../../contract/errors'
import type { AgentEvent } from '../../contract/event'
import { isNews } from '../render/event'
import { EVENTS_SHOWN, renderLive } from '../render/live'
import { LiveArea } from './live-area'
import { messageColor, messageSize } from './terminal'
import { eachEvent } from './watch-lines'

/** Four pictures a second: a clock that counts seconds moves, and nothing flickers. */
const FRAME_MS = 250
/** The shortest pause between two questions: each costs the run's worker a query, and us a page of 128 KiB at worst. */
const SHORTEST_PAUSE_MS = 500
/** A run that takes long to answer is asked so much more seldom: at most a fifth of the time goes into answers. */
const PAUSE_PER_ANSWER = 4
const LONGEST_PAUSE_MS = 5_000
/** What is still missing of the events in the last picture is waited for this long. */
const LAST_EVENTS_MS = 300

/** Draws until `end` aborts; then the last picture stays where `keepLast` says so. */
export async function watchLive(run: Run, end: AbortSignal, keepLast: boolean): Promise<void> {
  const area = await LiveArea.open()
  let view: RunStatusReport | undefined
  let heardAt = Date.now()
  let trouble: string | undefined
  let frame = 0
  const events: AgentEvent[] = []
  const following = eachEvent(run, end, (event) => {
    if (isNews(event)) events.push(event)
    if (events.length > EVENTS_SHOWN) events.shift()
  }).catch(() => undefined)
  const draw = (): void => {
    if (!view) return area.draw([`… ${run.id}`])
    const { width, height } = messageSize()
    const lines = renderLive(view, {
      width,
      // The line below the picture is the cursor's
      height: Math.max(1, height - 1),
      color: messageColor(),
      now: Date.now(),
      heardAt,
      ...(trouble === undefined ? {} : { trouble }),
      frame: frame++,
      events,
    })
    area.draw(lines)
  }
  const timer = setInterval(draw, FRAME_MS)
  try {
    while (!end.aborted) {
      const asked = Date.now()
      try {
        view = await run.status()
        heardAt = Date.now()
        trouble = undefined
      } catch (error) {
        trouble = messageOf(error)
      }
      const pause = Math.max(SHORTEST_PAUSE_MS, PAUSE_PER_ANSWER * (Date.now() - asked))
      await sleep(Math.min(pause, LONGEST_PAUSE_MS), undefined, { signal: end }).catch(() => undefined)
    }
    if (keepLast) {
      await Promise.race([following, sleep(LAST_EVENTS_MS, undefined, { ref: false })])
      view = await run.status().catch(() => view)
      heardAt = Date.now()
    }
    draw()
  } finally {
    clearInterval(timer)
    area.close(keepLast)
  }
}
