// HOST. Questions to the worker of an open run.
import { isGrpcServiceError } from '@temporalio/client'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StatusAnswer } from '../contract/messages'
import { STATUS_QUERY } from '../contract/names'
import { QUERY_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

/** gRPC's FAILED_PRECONDITION: the run has just continued as new, and its next link has not begun. */
const NOT_BEGUN = 9
const AGAIN_MS = 100
/** Beyond every subtask: an answer without any. */
const NO_SUBTASKS = Number.MAX_SAFE_INTEGER

/** One answer, within the query's time; that counts from when the run has begun to answer. */
export async function ask<Answer, Question>(
  scope: ClientScope,
  runId: string,
  query: string,
  question: Question,
): Promise<Answer> {
  const handle = scope.client.workflow.getHandle(runId)
  const end = Date.now() + QUERY_TIMEOUT_MS
  for (;;) {
    try {
      return await withTimeout(scope, QUERY_TIMEOUT_MS, () => handle.query<Answer, [Question]>(query, question))
    } catch (error) {
      if (!isNotBegun(error) || Date.now() > end) throw error
      await sleep(AGAIN_MS)
    }
  }
}

/** All pages. */
export async function askStatus(scope: ClientScope, runId: string): Promise<StatusAnswer> {
  const page = (from: number): Promise<StatusAnswer> => ask(scope, runId, STATUS_QUERY, { from })
  const first = await page(0)
  const subtasks = [...first.subtasks]
  while (subtasks.length < first.total) {
    const next = await page(subtasks.length)
    if (next.subtasks.length === 0) break
    subtasks.push(...next.subtasks)
  }
  return { ...first, subtasks }
}

/** All but the subtasks. */
export function askHead(scope: ClientScope, runId: string): Promise<StatusAnswer> {
  return ask(scope, runId, STATUS_QUERY, { from: NO_SUBTASKS })
}

function isNotBegun(error: unknown): boolean {
  const failure = [error, (error as { cause?: unknown } | undefined)?.cause].find(isGrpcServiceError)
  return failure !== undefined && Number(failure.code) === NOT_BEGUN
}
