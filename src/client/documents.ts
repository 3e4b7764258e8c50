// HOST. What closed runs left: their result from Temporal, the final document and event segments from the store.
import { WorkflowFailedError } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import { TroupeError } from '../contract/errors'
import type { AgentEvent, EventSegment } from '../contract/event'
import { isObject } from '../contract/json'
import { RESULT_MEMO } from '../contract/names'
import type { AgentResult, OutputReference, RunDocument, RunResult } from '../contract/run'
import { loadOutput } from '../storage/output'
import type { Store } from '../storage/store'
import { CALL_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

/** The result that a closed run left, wherever its outcome put it; undefined if it left none. The failure is given too. */
export async function closedResult(
  scope: ClientScope,
  workflowId: string,
  runId: string | undefined,
  memo: Record<string, unknown> | undefined,
): Promise<{ result?: RunResult; failure?: Error }> {
  const remembered = memo?.[RESULT_MEMO]
  if (isRunResult(remembered)) return { result: remembered }
  try {
    const handle = scope.client.workflow.getHandle(workflowId, runId)
    const result: unknown = await withTimeout(scope, CALL_TIMEOUT_MS, () => handle.result())
    return isRunResult(result) ? { result } : {}
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error
    const details = error.cause instanceof ApplicationFailure ? error.cause.details?.[0] : undefined
    return { failure: error.cause ?? error, ...(isRunResult(details) ? { result: details } : {}) }
  }
}

function isRunResult(value: unknown): value is RunResult {
  return isObject(value) && typeof value.document === 'string' && isObject(value.counts)
}

/** @throws TroupeError `StoreMismatch` if the run's store is not ours, `ArtifactNotFound`, `StoreUnavailable` */
export async function loadDocument(store: Store, result: RunResult): Promise<RunDocument> {
  assertSameStore(store, result)
  return JSON.parse((await store.artifacts.get(result.document)).toString()) as RunDocument
}

export function assertSameStore(store: Store, run: Pick<RunResult, 'store'>): void {
  if (run.store.id === store.identity.id) return
  const message = `the run keeps its data in the store ${run.store.location} (${run.store.id}), this is ${store.identity.location} (${store.identity.id})`
  throw new TroupeError('StoreMismatch', message, { hint: "set TROUPE_STORE to the run's store" })
}

export async function loadSegment(store: Store, segment: EventSegment): Promise<AgentEvent[]> {
  return JSON.parse((await store.artifacts.get(segment.artifact)).toString()) as AgentEvent[]
}

/** The result with its output in full, where it was kept as an artifact. */
export async function withOutput(store: Store, result: AgentResult): Promise<AgentResult> {
  const { outputStored, ...rest } = result
  if (!outputStored) return result
  return { ...rest, output: await loadOutput(store, result.output as OutputReference) }
}
