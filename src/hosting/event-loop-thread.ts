// HOST. The thread that watches a worker's event loop. What it finds it writes into the store, since the loop cannot.
import { parentPort, workerData } from 'node:worker_threads'
import type { Tracked } from '../../activities/dependencies'
import type { JsonValue } from '../contract/json'
import { blockedRecord, type BlockedRecord } from '../contract/records'
import { openStore } from '../storage/open-store'
import type { MonitorData, MonitorMessage, WasBlocked } from './event-loop-monitor'

/** A loop that stands still for so long delays heartbeats and every other execution: worth a word. */
const BLOCKED_MS = 2_000
const LOOK_MS = 500
/** The next report of the same standstill comes when it is twice as long, and at least so often. */
const REPORT_EVERY_MS = 60_000
/** How late a report may be before the one ahead of it expires: a look, a write, and what clocks differ by. */
const LATE_MS = 3_000

const { beats, storeLocation, worker } = workerData as MonitorData
const counter = new Int32Array(beats)
const running = new Map<number, Tracked>()
let lastBeat = Atomics.load(counter, 0)
let movedAt = Date.now()
/** When the next report is due, for how long the loop has stood still by then. */
let dueMs = BLOCKED_MS
let reported: Tracked[] | undefined
let reports = 0

parentPort!.on('message', (message: MonitorMessage) => {
  if ('begin' in message) running.set(message.begin, message.execution)
  else running.delete(message.end)
})
setInterval(look, LOOK_MS)

function look(): void {
  const beat = Atomics.load(counter, 0)
  const now = Date.now()
  const blockedMs = now - movedAt
  if (beat !== lastBeat) {
    if (reported) {
      parentPort!.postMessage({ blockedMs, executions: reported } satisfies WasBlocked)
      report(reported, now)
    }
    reported = undefined
    dueMs = BLOCKED_MS
    lastBeat = beat
    movedAt = now
  } else if (blockedMs >= dueMs && running.size > 0) {
    reported = [...running.values()]
    const nextMs = Math.min(blockedMs, REPORT_EVERY_MS)
    dueMs = blockedMs + nextMs
    report(reported, now + nextMs + LATE_MS)
  }
}

/** Tells each run of which something was running: one of all these executions blocks, or did until now. */
function report(executions: Tracked[], until: number): void {
  const named = executions.map(({ agent, subtask, attempt }) => ({ agent, subtask, attempt }))
  const record: BlockedRecord = { worker, since: iso(movedAt), until: iso(until), executions: named }
  const number = ++reports
  const runs = new Map(executions.map((execution) => [execution.firstRunId, execution]))
  const names = [...runs.values()].map((run) => blockedRecord(run, worker, number))
  keep(names, record as unknown as JsonValue).catch((error: unknown) =>
    console.error(`troupe: a blocked worker could not be reported: ${String(error)}`),
  )
}

async function keep(names: string[], record: JsonValue): Promise<void> {
  const store = await openStore(storeLocation)
  for (const name of names) await store.records.create(name, record)
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
