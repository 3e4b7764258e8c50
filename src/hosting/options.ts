// HOST. Limits and timeouts of the workers, each with its reason.
import type { WorkerOptions } from '@temporalio/worker'

/** Workers of the orchestrator's queue. */
export const ORCHESTRATOR_WORKER = {
  /** Cached workflows share one isolate's memory (sdk-typescript #2227); 200 runs of 2,000 subtasks stay below 1 GB. */
  maxCachedWorkflows: 200,
  /** After a worker's death its runs wait no longer than this for its cache, instead of 10 s. */
  stickyQueueScheduleToStartTimeout: '3s',
  /**
   * The SDK cuts an activation off after 5 s, by which Node dies ("async hook stack has become corrupted"), and so does every
   * worker that takes the run up afterwards. 10,000 signals, as many as Temporal lets wait, take 3 s here, and more elsewhere.
   */
  isolateExecutionTimeout: '30s',
  /** Segments and documents are short file writes. */
  maxConcurrentActivityTaskExecutions: 20,
  shutdownGraceTime: '1s',
  shutdownForceTime: '10s',
} satisfies Partial<WorkerOptions> & { isolateExecutionTimeout: string }

/** Workers of an agent's queue. */
export const AGENT_WORKER = {
  /** A cancellation comes with a heartbeat's answer; executions beat each second, and none is to be held back. */
  maxHeartbeatThrottleInterval: '500ms',
  defaultHeartbeatThrottleInterval: '500ms',
  /** What ends soon is let end; what does not is told to, and is done again by another worker. */
  shutdownGraceTime: '2s',
  /** The grace, the 5 s in which an execution settles, and the report. */
  shutdownForceTime: '12s',
} satisfies Partial<WorkerOptions>

/** Of the queue on which a process answers for itself: a word in a moment. */
export const ASKED_WORKER = {
  maxConcurrentActivityTaskExecutions: 5,
  maxConcurrentActivityTaskPolls: 1,
  shutdownGraceTime: '1s',
  shutdownForceTime: '2s',
} satisfies Partial<WorkerOptions>

/** A worker that is created polls within milliseconds; a server under load may take longer to show it. */
export const POLLING_TIMEOUT_MS = 5_000
