// HOST. What Temporal has recorded of a run: one history for each link of its chain, the oldest first.
import { isGrpcServiceError } from '@temporalio/client'
import type { temporal } from '@temporalio/proto'
import { CALL_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

/** A history of 50 MB comes in pages of 4 MB at most. */
const FETCH_TIMEOUT_MS = 60_000
/** gRPC's code. */
const NOT_FOUND = 5

export interface RunHistory {
  workflowId: string
  /** Temporal's id of the link. */
  runId: string
  history: temporal.api.history.v1.IHistory
}

/** Links that the server no longer keeps are left out. Each is fetched when it is asked for. */
export async function* readHistories(scope: ClientScope, workflowId: string): AsyncGenerator<RunHistory, void> {
  const { runId } = await withTimeout(scope, CALL_TIMEOUT_MS, () =>
    scope.client.workflow.getHandle(workflowId).describe(),
  )
  const links: string[] = []
  for (let link: string | undefined = runId; link !== undefined;) {
    const before: string | undefined | 'gone' = await previousLink(scope, workflowId, link)
    if (before !== 'gone') links.unshift(link)
    link = before === 'gone' ? undefined : before
  }
  for (const link of links) {
    const handle = scope.client.workflow.getHandle(workflowId, link)
    yield { workflowId, runId: link, history: await withTimeout(scope, FETCH_TIMEOUT_MS, () => handle.fetchHistory()) }
  }
}

/** A link's first event names the one before it. `gone` where the server keeps the link itself no longer. */
async function previousLink(
  scope: ClientScope,
  workflowId: string,
  runId: string,
): Promise<string | undefined | 'gone'> {
  const { client, namespace } = scope
  const request = { namespace, execution: { workflowId, runId }, maximumPageSize: 1 }
  try {
    const { history } = await withTimeout(scope, CALL_TIMEOUT_MS, () =>
      client.connection.workflowService.getWorkflowExecutionHistory(request),
    )
    return history?.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) return 'gone'
    throw error
  }
}
