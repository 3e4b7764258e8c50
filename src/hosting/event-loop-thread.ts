// HOST. The thread that watches a worker's event loop. What it finds it writes into the store, since the loop cannot.
import { parentPort, workerData } from 'node:worker_threads'
import type { Tracked } from '../../activities/dependencies'
import type { JsonValue } from '../contract/json'
import { blockedPrefix, type BlockedWorker } from '../contract/records'
import { openFileStore } from '../storage/file-store'
import type { MonitorData, MonitorMessage, WasBlocked } from './event-loop-monitor'

/** A loop that stands still for so long delays heartbeats and every other execution: worth a word. */
const BLOCKED_MS = 2_000
const LOOK_MS = 500

const { beats, storeDirectory, worker } = workerData as MonitorData
const counter = new Int32Array(beats)
const running = new Map<number, Tracked>()
let lastBeat = Atomics.load(counter, 0)
let movedAt = Date.now()
let reported: Tracked[] | undefined

parentPort!.on('message', (message: MonitorMessage) => {
  if ('begin' in message) running.set(message.begin, message.execution)
  else running.delete(message.end)
})
setInterval(look, LOOK_MS)

function look(): void {
  const beat = Atomics.load(counter, 0)
  const now = Date.now()
  if (beat !== lastBeat) {
    if (reported) parentPort!.postMessage({ blockedMs: now - movedAt, executions: reported } satisfies WasBlocked)
    reported = undefined
    lastBeat = beat
    movedAt = now
  } else if (!reported && now - movedAt >= BLOCKED_MS && running.size > 0) {
    reported = [...running.values()]
    void report(reported, new Date(movedAt).toISOString()).catch((error: unknown) =>
      console.error(`troupe: a blocked worker could not be reported: ${String(error)}`),
    )
  }
}

/** One record for each execution that was running, in its run: one of them blocks. */
async function report(executions: Tracked[], since: string): Promise<void> {
  const store = await openFileStore({ directory: storeDirectory })
  const named = executions.map(({ agent, subtask, attempt }) => ({ agent, subtask, attempt }))
  const record: BlockedWorker = { worker, since, executions: named }
  for (const { workflowId, firstRunId, subtask, attempt } of executions) {
    const name = `${blockedPrefix({ workflowId, firstRunId })}${subtask}/${attempt}`
    await store.records.create(name, record as unknown as JsonValue)
  }
}
