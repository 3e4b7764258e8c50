// HOST. Which task queues somebody serves.
import { ORCHESTRATOR_TASK_QUEUE } from '../contract/names'
import { CALL_TIMEOUT_MS, POLLER_ALIVE_MS, withTimeout, type ClientScope } from './scope'

/** Temporal's TaskQueueType. */
const WORKFLOW_QUEUE = 1
const ACTIVITY_QUEUE = 2

/** Who serves a queue, and what lies on it. */
export interface QueueState {
  /** Identities of the workers that polled it, and when they did last, in milliseconds since the epoch. */
  pollers: Map<string, number>
  /** Tasks that nobody has fetched, as the server estimates; undefined where it does not. */
  backlog?: number
}

export async function queueState(scope: ClientScope, taskQueue: string): Promise<QueueState> {
  const { client, namespace } = scope
  const taskQueueType = taskQueue === ORCHESTRATOR_TASK_QUEUE ? WORKFLOW_QUEUE : ACTIVITY_QUEUE
  const request = { namespace, taskQueue: { name: taskQueue }, taskQueueType, reportStats: true }
  const { pollers, stats } = await withTimeout(scope, CALL_TIMEOUT_MS, () =>
    client.connection.workflowService.describeTaskQueue(request),
  )
  const seen = (pollers ?? []).map(({ identity, lastAccessTime }): [string, number] => [
    identity ?? '',
    Number(lastAccessTime?.seconds ?? 0) * 1000,
  ])
  return { pollers: new Map(seen), ...(stats ? { backlog: Number(stats.approximateBacklogCount ?? 0) } : {}) }
}

/** When a worker polled the queue last, in milliseconds since the epoch; 0 if none is known. */
export async function lastPoll(scope: ClientScope, taskQueue: string): Promise<number> {
  return Math.max(0, ...(await queueState(scope, taskQueue)).pollers.values())
}

/** Whether a worker has polled the queue lately. One that was killed seems alive for up to 70 s. */
export async function isServed(scope: ClientScope, taskQueue: string): Promise<boolean> {
  return (await lastPoll(scope, taskQueue)) > Date.now() - POLLER_ALIVE_MS
}
