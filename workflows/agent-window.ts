// WORKFLOW. How many of an agent's subtasks are handed to its queue at once, so that the backlog waits here, in our order.
import { MAX_IN_FLIGHT } from '../src/contract/limits'
import type { QueueWait } from '../src/contract/activity-messages'

/** Wait above a worker's usual one, in milliseconds, from which an execution counts as queued. A free slot takes 5 to 20. */
const QUEUED_MS = 30
/** The most full windows without a wait that are asked for before the next attempt to grow. */
const MAX_PATIENCE = 64

/**
 * Starts at one process's slots. Grows by one after a full window of executions that started at once, so that a second
 * process is found; shrinks by one when an execution had to wait, and is then slower to try again: each subtask too many
 * in Temporal's queue is one that priority and path length no longer order.
 */
export class AgentWindow {
  inFlight = 0
  size: number
  /** The smallest wait seen for each worker process: what its clock and the way to it cost. */
  private readonly usual = new Map<string, number>()
  private prompt = 0
  private patience = 1

  /** `size` is that of the link before, where the run has continued as new. */
  constructor(
    private readonly minimum: number,
    size = minimum,
  ) {
    this.size = Math.min(size, MAX_IN_FLIGHT)
  }

  get free(): number {
    return this.size - this.inFlight
  }

  started(): void {
    this.inFlight++
  }

  /** `wait` is missing where no worker answered. */
  ended(wait?: QueueWait): void {
    const wasFull = this.inFlight >= this.size
    this.inFlight--
    if (!wait) return
    const usual = Math.min(this.usual.get(wait.worker) ?? wait.waitMs, wait.waitMs)
    this.usual.set(wait.worker, usual)
    if (wait.waitMs - usual > QUEUED_MS) this.shrink()
    else if (wasFull && ++this.prompt >= this.size * this.patience) this.grow()
  }

  private grow(): void {
    this.prompt = 0
    this.size = Math.min(this.size + 1, MAX_IN_FLIGHT)
  }

  private shrink(): void {
    this.prompt = 0
    if (this.size <= this.minimum) return
    this.size--
    this.patience = Math.min(this.patience * 2, MAX_PATIENCE)
  }
}
