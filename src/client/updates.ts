// HOST. One update of a run, sent again where the run has continued as new in between.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isGrpcServiceError } from '@temporalio/client'
import { TroupeError } from '../contract/errors'
import { troupeCommand } from '../contract/run/waiting-commands'
import { causes, isLate } from './errors'
import { CALL_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

/** A worker answers within milliseconds; a change to a large plan is checked within seconds, and a run that drains takes it later. */
const UPDATE_TIMEOUT_MS = 30_000
/** Pause before an update goes to the next link of a run: that starts no sooner than 1 s after the last. */
const AGAIN_MS = 250
/** gRPC codes of an update that the run has not taken: it was just ending, has just begun, or has many others in flight. */
const NOT_TAKEN = { notFound: 5, resourceExhausted: 8, failedPrecondition: 9, aborted: 10, unavailable: 14 }
/** The failure of an update that was taken by a link which ended before it was answered. */
const CUT_OFF = 'AcceptedUpdateCompletedWorkflow'

/**
 * The same update again does no harm: its id, and the request's id or version within it, tell that it is the same.
 *
 * @throws TroupeError `NoWorker` if nobody answers, `RunNotFound`; the run's refusal as Temporal's client throws it
 */
export async function sendUpdate<Answer>(
  scope: ClientScope,
  runId: string,
  update: string,
  input: object,
): Promise<Answer> {
  const handle = scope.client.workflow.getHandle(runId)
  const updateId = randomUUID()
  const end = Date.now() + UPDATE_TIMEOUT_MS
  for (;;) {
    try {
      const left = Math.max(1, end - Date.now())
      return await withTimeout(scope, left, () =>
        handle.executeUpdate<Answer, [object]>(update, { args: [input], updateId }),
      )
    } catch (error) {
      if (isLate(error)) throw unanswered(runId)
      if (!mayBeSentAgain(error)) throw error
      await requireOpen(scope, runId)
      if (Date.now() + AGAIN_MS > end) throw unanswered(runId)
      await sleep(AGAIN_MS)
    }
  }
}

/** @throws TroupeError `RunNotFound` if the run is closed */
export async function requireOpen(scope: ClientScope, runId: string): Promise<void> {
  const handle = scope.client.workflow.getHandle(runId)
  const { status } = await withTimeout(scope, CALL_TIMEOUT_MS, () => handle.describe())
  if (status.name !== 'RUNNING') throw hasEnded(runId, status.name)
}

export function hasEnded(runId: string, status: string): TroupeError {
  return new TroupeError('RunNotFound', `the run "${runId}" has ended: ${status.toLowerCase()}`, {
    hint: `${troupeCommand('result', [runId])} shows what it left`,
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
  const message = `the run "${runId}" was told, and has not answered within ${UPDATE_TIMEOUT_MS / 1_000} s: it may still do as it was told`
  return new TroupeError('NoWorker', message, { hint: troupeCommand('attach', [runId]), retryable: true })
}
