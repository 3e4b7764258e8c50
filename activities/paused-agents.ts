// EFFECTS. Which agents of a team are paused: its control workflow knows, and its memo says so without any worker.
import { Context } from '@temporalio/activity'
import { WorkflowNotFoundError } from '@temporalio/common'
import { messageOf, TroupeError } from '../src/contract/errors'
import { controlWorkflowId, PAUSED_MEMO } from '../src/contract/names'
import type { PausedAgents } from '../src/contract/people'

/** A server that lives answers within milliseconds; the preparing that waits for it has 30 s, and further attempts. */
const ASK_TIMEOUT_MS = 5_000

/**
 * Asks for what is paused now; undefined if nothing is. Only inside an activity. Ask last: of a pause that comes after
 * the question a run is told by the control workflow, which looks for it only for a while.
 *
 * @throws TroupeError `ConnectionFailed`, retryable
 */
export async function pausedAgents(team: string): Promise<PausedAgents | undefined> {
  const { client } = Context.current()
  try {
    const { status, memo } = await client.withDeadline(Date.now() + ASK_TIMEOUT_MS, () =>
      client.workflow.getHandle(controlWorkflowId(team)).describe(),
    )
    return status.name === 'RUNNING' ? (memo?.[PAUSED_MEMO] as PausedAgents | undefined) : undefined
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined
    const message = `which agents of the team "${team}" are paused could not be asked: ${messageOf(error)}`
    throw new TroupeError('ConnectionFailed', message, { retryable: true, cause: error })
  }
}
