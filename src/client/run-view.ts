// HOST. A run as it stands, from whoever can tell: its worker, its final document, or its history.
import type { WorkflowExecutionDescription } from '@temporalio/client'
import { messageOf } from '../contract/errors'
import type { RunKey, StatusAnswer } from '../contract/messages'
import { ORCHESTRATOR_TASK_QUEUE, STARTED_MEMO } from '../contract/names'
import {
  noSubtasks,
  type AgentResult,
  type RunDocument,
  type RunResult,
  type RunStatus,
  type StoreIdentity,
  type SubtaskRow,
  type SubtaskState,
} from '../contract/run'
import type { Cost } from '../contract/prices'
import { totalsOf } from '../contract/run/spending'
import { standingOf, type Standing } from '../contract/run/standing'
import { troupeCommand } from '../contract/run/waiting-commands'
import { closedResult, loadDocument } from './documents'
import { isUnanswered } from './errors'
import { viewHistory, type HistoryView } from './history-view'
import { isServed } from './pollers'
import { askStatus } from './queries'
import { CALL_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

/** Where a view comes from: a worker's answer, the document of a closed run, or what Temporal itself recorded. */
export type ViewSource = 'worker' | 'document' | 'history'

export interface RunView extends Standing, Pick<StatusAnswer, 'continuing' | 'retryOf'> {
  runId: string
  /** What the run's records in the store are named by. */
  run: RunKey
  plan: string
  team: string
  status: RunStatus
  source: ViewSource
  startedAt: string
  endedAt?: string
  counts: Record<SubtaskState, number>
  /** Of all attempts of all subtasks; of those that run only where a status was asked for. */
  tokensUsed: number
  /** In US dollars, `unknown` where nobody knows a price; absent if no model was called. */
  cost?: Cost
  /** Model calls of which nobody knows what was billed: cut off, or not counted by their provider, and then estimated; absent if there were none. */
  unconfirmedCalls?: number
  subtasks: readonly SubtaskRow[]
  agents: StatusAnswer['agents']
  store?: StoreIdentity
  /** Artifact of the run's spec. */
  spec?: string
  /** What a closed run left. */
  result?: RunResult
  document?: RunDocument
  history?: HistoryView
  /** Why it failed, where it left no result: a refused plan, a termination. */
  failure?: Error
  /** What a reader should know: that no worker runs, that a store is out of reach. */
  notes: string[]
}

/**
 * `askWorker: false` for those who have asked already and got no answer.
 * @throws what Temporal's client throws
 */
export async function viewRun(scope: ClientScope, runId: string, askWorker = true): Promise<RunView> {
  const handle = scope.client.workflow.getHandle(runId)
  const description = await withTimeout(scope, CALL_TIMEOUT_MS, () => handle.describe())
  if (description.status.name !== 'RUNNING') return viewClosed(scope, description)
  try {
    if (askWorker && (await isServed(scope, ORCHESTRATOR_TASK_QUEUE)))
      return fromAnswer(runId, await askStatus(scope, runId))
  } catch (error) {
    if (!isUnanswered(error)) throw error
  }
  const note = `no worker answers on the task queue "${ORCHESTRATOR_TASK_QUEUE}": this is what Temporal recorded; ${troupeCommand('attach', [runId])} goes on with the run`
  return fromHistory(scope, description, [note])
}

async function viewClosed(scope: ClientScope, description: WorkflowExecutionDescription): Promise<RunView> {
  const { workflowId, runId } = description
  const { result, failure } = await closedResult(scope, workflowId, runId, description.memo)
  if (!result) return { ...(await fromHistory(scope, description, [])), ...(failure ? { failure } : {}) }
  try {
    const document = await loadDocument(scope.store, result)
    return { ...fromDocument(document), ...times(description), result, ...(failure ? { failure } : {}) }
  } catch (error) {
    const notes = [messageOf(error)]
    // A large plan is in the store as well: then the result is all that there is
    const rest = await fromHistory(scope, description, notes).catch(() => fromResult(description, result, notes))
    return { ...rest, result, ...(failure ? { failure } : {}) }
  }
}

const CANCELLING =
  'its cancellation was asked for: what was in flight ends when a worker runs, or is given up by Temporal'

/** A run lasts from its first workflow's start to the close of its last, as Temporal tells it. */
function times(description: WorkflowExecutionDescription): Pick<RunView, 'startedAt' | 'endedAt'> {
  const { closeTime } = description
  return { startedAt: startedAt(description), ...(closeTime ? { endedAt: closeTime.toISOString() } : {}) }
}

/** ISO. A run that has continued as new remembers when its first link started. */
export function startedAt({ startTime, memo }: Pick<WorkflowExecutionDescription, 'startTime' | 'memo'>): string {
  const remembered = memo?.[STARTED_MEMO]
  return typeof remembered === 'string' ? remembered : startTime.toISOString()
}

function fromResult(description: WorkflowExecutionDescription, result: RunResult, notes: string[]): RunView {
  const { workflowId, runId, raw } = description
  const firstRunId = raw.workflowExecutionInfo?.firstRunId || runId
  return {
    runId: workflowId,
    run: { workflowId, firstRunId },
    plan: '',
    team: '',
    status: result.status,
    source: 'history',
    ...times(description),
    counts: { ...noSubtasks(), ...result.counts },
    planVersion: 0,
    ...totalsOf([result]),
    subtasks: [],
    agents: [],
    store: result.store,
    notes,
  }
}

function fromAnswer(runId: string, answer: StatusAnswer): RunView {
  const { total: _total, from: _from, events: _events, ...told } = answer
  return { ...told, runId, source: 'worker', ...totalsOf(answer.subtasks), notes: [] }
}

function fromDocument(document: RunDocument): RunView {
  const { workflowId, firstRunId, plan, team, status, startedAt, endedAt, counts, subtasks } = document
  const { planVersion, retryOf } = document
  return {
    runId: workflowId,
    run: { workflowId, firstRunId },
    plan,
    team,
    status,
    source: 'document',
    startedAt,
    endedAt,
    counts: { ...noSubtasks(), ...counts },
    // Documents of earlier versions do not have it
    planVersion: planVersion ?? 0,
    ...(retryOf === undefined ? {} : { retryOf }),
    ...totalsOf([document]),
    subtasks,
    agents: [],
    document,
    notes: [],
  }
}

async function fromHistory(
  scope: ClientScope,
  description: WorkflowExecutionDescription,
  notes: string[],
): Promise<RunView> {
  const { workflowId, runId, status } = description
  const { events } = await withTimeout(scope, CALL_TIMEOUT_MS, () =>
    scope.client.workflow.getHandle(workflowId, runId).fetchHistory(),
  )
  const history = await viewHistory(workflowId, events ?? [], scope.converter)
  const { prepared, state } = history
  const isOpen = closedStatus(status.name) === undefined
  return {
    runId: workflowId,
    run: { workflowId, firstRunId: history.firstRunId },
    plan: prepared?.plan ?? '',
    team: prepared?.team ?? '',
    status: closedStatus(status.name) ?? (state ? 'running' : 'preparing'),
    source: 'history',
    ...times(description),
    counts: { ...noSubtasks(), ...state?.states },
    ...(state ? standingOf(state) : { planVersion: 0 }),
    ...(prepared?.retryOf === undefined ? {} : { retryOf: prepared.retryOf }),
    ...totalsOf(state?.rows ?? []),
    subtasks: state?.rows ?? [],
    agents: [],
    ...(prepared ? { store: prepared.store, spec: prepared.spec } : {}),
    history,
    notes: isOpen && state?.cancelling ? [...notes, CANCELLING] : notes,
  }
}

function closedStatus(name: string): RunStatus | undefined {
  if (name === 'RUNNING') return undefined
  if (name === 'COMPLETED') return 'succeeded'
  return name === 'CANCELLED' || name === 'CANCELED' || name === 'TERMINATED' ? 'cancelled' : 'failed'
}

/** All results of a closed run, from its document, or inline from what Temporal kept. */
export function resultsOf(view: RunView): Record<string, AgentResult> | undefined {
  return view.document?.results ?? view.result?.results
}
