// EFFECTS. An execution's life signs: heartbeats with its newest progress, and the signal that ends it.
import { Context } from '@temporalio/activity'
import { messageOf, TroupeError } from '../src/contract/errors'
import { executionEnded } from '../src/contract/execution-ended'
import type { JsonValue } from '../src/contract/json'
import type { Heartbeat } from '../src/contract/activity-messages'

/** A cancellation reaches an execution with a heartbeat's answer: each second keeps that below two. */
const HEARTBEAT_MS = 1_000
/** Beyond this many executions in a process its heartbeats are stretched: each one writes workflow state on the server. */
const UNSTRETCHED = 100

let running = 0

export class Pulse {
  progress: JsonValue = null
  /** Of all attempts so far. */
  spent: Pick<Heartbeat, 'tokensUsed' | 'cost'> = { tokensUsed: 0 }
  private readonly controller = new AbortController()
  private readonly over = new AbortController()
  private timer?: NodeJS.Timeout
  /** Held, since an abort's listeners run outside the activity's asynchronous context. */
  private readonly activity = Context.current()
  private readonly onCancel = (): void => this.controller.abort(cancelReason(this.activity.cancellationSignal.reason))

  /** Heartbeats stay well below the heartbeat timeout, however many executions there are. */
  constructor(private readonly heartbeatTimeoutMs: number) {
    running++
    if (this.activity.cancellationSignal.aborted) this.onCancel()
    else this.activity.cancellationSignal.addEventListener('abort', this.onCancel, { once: true })
    this.schedule()
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** Aborts when the agent has ended, which it has some time for after `signal`; it beats on while the result is written down. */
  get ended(): AbortSignal {
    return this.over.signal
  }

  /** Ends the execution from this side. */
  abort(reason: TroupeError): void {
    this.controller.abort(reason)
  }

  /** The agent has ended: what it left running, or waits in the worker for a process that died, is told so. */
  end(): void {
    this.controller.abort(executionEnded())
    this.over.abort(executionEnded())
  }

  stop(): void {
    running--
    clearTimeout(this.timer)
    this.activity.cancellationSignal.removeEventListener('abort', this.onCancel)
  }

  private schedule(): void {
    const stretched = HEARTBEAT_MS * Math.max(1, running / UNSTRETCHED)
    this.timer = setTimeout(() => this.beat(), Math.min(stretched, this.heartbeatTimeoutMs / 3))
  }

  private beat(): void {
    const heartbeat: Heartbeat = { progress: this.progress, ...this.spent }
    this.activity.heartbeat(heartbeat)
    this.schedule()
  }
}

/** Core names the reason in the failure's message. */
function cancelReason(reason: unknown): TroupeError {
  const text = messageOf(reason)
  if (/SHUTDOWN/.test(text)) return new TroupeError('WorkerShutdown', 'its worker was shut down', { retryable: true })
  if (/TIMED_OUT|NOT_FOUND/.test(text))
    return new TroupeError('Timeout', 'Temporal gave this attempt up', { retryable: true })
  return new TroupeError('Cancelled', 'it was cancelled while it ran')
}
