// HOST. Watches this process's event loop from a thread: an agent that blocks it is named, in the store and in the log.
import { Worker } from 'node:worker_threads'
import type { Tracked } from '../../activities/dependencies'
import { builtFile } from '../package-root'

/** The loop says so often that it lives. */
const BEAT_MS = 250

/** What the thread is told. */
export type MonitorMessage = { begin: number; execution: Tracked } | { end: number }

/** What the thread says once the loop moves again. */
export interface WasBlocked {
  blockedMs: number
  executions: Tracked[]
}

export interface MonitorData {
  beats: SharedArrayBuffer
  storeLocation: string
  worker: string
}

export class EventLoopMonitor {
  private readonly beats = new SharedArrayBuffer(4)
  private readonly thread: Worker
  private readonly timer: NodeJS.Timeout
  private last = 0

  /** `onBlocked` is called after each time that the loop stood still for seconds. */
  constructor(options: { storeLocation: string; worker: string; onBlocked(blocked: WasBlocked): void }) {
    const workerData: MonitorData = {
      beats: this.beats,
      storeLocation: options.storeLocation,
      worker: options.worker,
    }
    this.thread = new Worker(builtFile('src/hosting/event-loop-thread.js'), { workerData })
    this.thread.on('message', (blocked: WasBlocked) => options.onBlocked(blocked))
    this.thread.on('error', () => undefined) // without it the process would end for want of a watcher
    this.thread.unref()
    const counter = new Int32Array(this.beats)
    this.timer = setInterval(() => Atomics.add(counter, 0, 1), BEAT_MS).unref()
  }

  track(execution: Tracked): () => void {
    const id = ++this.last
    this.tell({ begin: id, execution })
    return () => this.tell({ end: id })
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.thread.terminate()
  }

  private tell(message: MonitorMessage): void {
    this.thread.postMessage(message)
  }
}
