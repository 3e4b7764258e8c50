// HOST. What people tell a run and want to hear the answer to: updates, only sent where somebody is there to take them, and
// sent again where the run has continued as new in between.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isGrpcServiceError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client'
import { TroupeError } from '../contract/errors'
import type { StatusAnswer } from '../contract/messages'
import { ORCHESTRATOR_TASK_QUEUE } from '../contract/names'
import { causes, isUnanswered } from './errors'
import { isServed } from './pollers'
import { askHead } from './queries'
import { CALL_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

/** A worker answers within milliseconds; a change to a large plan is checked within seconds, and a run that drains takes it later. */
const UPDATE_TIMEOUT_MS = 30_000
/** Pause before an update goes to the next link of a run: that starts no sooner than 1 s after the last. */
const AGAIN_MS = 250
/** gRPC codes of an update that the run has not taken: it was just ending, or has just begun. */
const NOT_TAKEN = { failedPrecondition: 9, aborted: 10, notFound: 5, unavailable: 14 }
/** The failure of an update that was taken by a link which ended before it was answered. */
const CUT_OFF = 'AcceptedUpdateCompletedWorkflow'

/**
 * Where the run's worker stands now: without one, nothing may be sent, since Temporal would keep it until one comes.
 *
 * @throws TroupeError `NoWorker`, `RunNotFound`
 */
export async function answeringRun(scope: ClientScope, runId: string): Promise<StatusAnswer> {
  await requireOpen(scope, runId)
  try {
    if (await isServed(scope, ORCHESTRATOR_TASK_QUEUE)) return await askHead(scope, runId)
  } catch (error) {
    if (!isUnanswered(error)) throw error
  }
  throw noWorker(runId, `no worker carries on with the run "${runId}": nobody would hear it, and nothing was sent`)
}

/**
 * The same update again does no harm: its id, and the request's id or version within it, tell that it is the same.
 *
 * @throws TroupeError what the run refused it for; `NoWorker`, `RunNotFound`
 */
export async function sendUpdate<Answer>(
  scope: ClientScope,
  runId: string,
  update: string,
  input: unknown,
): Promise<Answer> {
  const handle = scope.client.workflow.getHandle(runId)
  const updateId = randomUUID()
  const end = Date.now() + UPDATE_TIMEOUT_MS
  for (;;) {
    try {
      const left = Math.max(1, end - Date.now())
      return await withTimeout(scope, left, () =>
        handle.executeUpdate<Answer, [unknown]>(update, { args: [input], updateId }),
      )
    } catch (error) {
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw unanswered(runId)
      if (!mayBeSentAgain(error)) throw error
      await requireOpen(scope, runId)
      if (Date.now() + AGAIN_MS > end) throw unanswered(runId)
      await sleep(AGAIN_MS)
    }
  }
}

/** @throws TroupeError `RunNotFound` if the run is closed */
async function requireOpen(scope: ClientScope, runId: string): Promise<void> {
  const handle = scope.client.workflow.getHandle(runId)
  const { status } = await withTimeout(scope, CALL_TIMEOUT_MS, () => handle.describe())
  if (status.name !== 'RUNNING') throw hasEnded(runId, status.name)
}

export function hasEnded(runId: string, status: string): TroupeError {
  return new TroupeError('RunNotFound', `the run "${runId}" has ended: ${status.toLowerCase()}`, {
    hint: `troupe result ${runId} shows what it left`,
  })
}

function mayBeSentAgain(error: unknown): boolean {
  const links = causes(error)
  if (links.some((link) => (link as { type?: unknown }).type === CUT_OFF)) return true
  const code = links.find(isGrpcServiceError)?.code
  const isNotFound = links.some((link) => (link as { name?: unknown }).name === 'WorkflowNotFoundError')
  return isNotFound || (code !== undefined && Object.values(NOT_TAKEN).includes(Number(code)))
}

function unanswered(runId: string): TroupeError {
  return noWorker(
    runId,
    `the run "${runId}" was told, and has not answered within ${UPDATE_TIMEOUT_MS / 1_000} s: it may still do as it was told`,
  )
}

function noWorker(runId: string, message: string): TroupeError {
  return new TroupeError('NoWorker', message, { hint: `troupe attach ${runId}`, retryable: true })
}
