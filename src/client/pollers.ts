// HOST. Which task queues somebody serves.
import { ORCHESTRATOR_TASK_QUEUE } from '../contract/names'
import { CALL_TIMEOUT_MS, POLLER_ALIVE_MS, withTimeout, type ClientScope } from './scope'

/** Temporal's TaskQueueType. */
const WORKFLOW_QUEUE = 1
const ACTIVITY_QUEUE = 2

/** Whether a worker has polled the queue lately. One that was killed seems alive for up to 70 s. */
export async function isServed(scope: ClientScope, taskQueue: string): Promise<boolean> {
  const { client, namespace } = scope
  const taskQueueType = taskQueue === ORCHESTRATOR_TASK_QUEUE ? WORKFLOW_QUEUE : ACTIVITY_QUEUE
  const request = { namespace, taskQueue: { name: taskQueue }, taskQueueType }
  const { pollers } = await withTimeout(scope, CALL_TIMEOUT_MS, () =>
    client.connection.workflowService.describeTaskQueue(request),
  )
  return (pollers ?? []).some(
    ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < POLLER_ALIVE_MS,
  )
}
