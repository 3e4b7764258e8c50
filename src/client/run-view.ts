// HOST. A run as it stands, from whoever can tell: its worker, its final document, or its history.
import type { WorkflowExecutionDescription } from '@temporalio/client'
import { messageOf } from '../contract/errors'
import type { RunKey, StatusAnswer } from '../contract/messages'
import { ORCHESTRATOR_TASK_QUEUE, STATUS_QUERY } from '../contract/names'
import type {
  AgentResult,
  RunDocument,
  RunResult,
  RunStatus,
  StoreIdentity,
  SubtaskRow,
  SubtaskState,
} from '../contract/run'
import { totalsOf } from '../contract/run/spending'
import { closedResult, loadDocument } from './documents'
import { isUnanswered } from './errors'
import { viewHistory, type HistoryView } from './history-view'
import { isServed } from './pollers'
import { CALL_TIMEOUT_MS, QUERY_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

/** Where a view comes from: a worker's answer, the document of a closed run, or what Temporal itself recorded. */
export type ViewSource = 'worker' | 'document' | 'history'

export interface RunView {
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
  /** Model calls of which nobody knows what was billed: cut off, or not counted by their provider, and then estimated; absent if there were none. */
  unconfirmedCalls?: number
  subtasks: SubtaskRow[]
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
  const note = `no worker answers on the task queue "${ORCHESTRATOR_TASK_QUEUE}": this is what Temporal recorded; troupe attach ${runId} goes on with the run`
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

/** A run lasts from its workflow's start to its close, as Temporal tells it. */
function times({ startTime, closeTime }: WorkflowExecutionDescription): Pick<RunView, 'startedAt' | 'endedAt'> {
  return { startedAt: startTime.toISOString(), ...(closeTime ? { endedAt: closeTime.toISOString() } : {}) }
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
    counts: { waiting: 0, ready: 0, running: 0, joining: 0, ...result.counts },
    ...totalsOf([result]),
    subtasks: [],
    agents: [],
    store: result.store,
    notes,
  }
}

/** All pages; each is asked for within the query's time. */
async function askStatus(scope: ClientScope, runId: string): Promise<StatusAnswer> {
  const handle = scope.client.workflow.getHandle(runId)
  const ask = (from: number) =>
    withTimeout(scope, QUERY_TIMEOUT_MS, () => handle.query<StatusAnswer, [{ from: number }]>(STATUS_QUERY, { from }))
  const first = await ask(0)
  const subtasks = [...first.subtasks]
  while (subtasks.length < first.total) {
    const page = await ask(subtasks.length)
    if (page.subtasks.length === 0) break
    subtasks.push(...page.subtasks)
  }
  return { ...first, subtasks }
}

function fromAnswer(runId: string, answer: StatusAnswer): RunView {
  const { run, plan, team, status, startedAt, counts, subtasks, agents, store, spec } = answer
  return {
    runId,
    run,
    plan,
    team,
    status,
    source: 'worker',
    startedAt,
    counts,
    ...totalsOf(subtasks),
    subtasks,
    agents,
    notes: [],
    ...(store ? { store } : {}),
    ...(spec ? { spec } : {}),
  }
}

function fromDocument(document: RunDocument): RunView {
  const { workflowId, firstRunId, plan, team, status, startedAt, endedAt, counts, subtasks } = document
  const all = { waiting: 0, ready: 0, running: 0, joining: 0, ...counts }
  return {
    runId: workflowId,
    run: { workflowId, firstRunId },
    plan,
    team,
    status,
    source: 'document',
    startedAt,
    endedAt,
    counts: all,
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
  const empty = { waiting: 0, ready: 0, running: 0, joining: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 }
  return {
    runId: workflowId,
    run: { workflowId, firstRunId: history.firstRunId },
    plan: prepared?.plan ?? '',
    team: prepared?.team ?? '',
    status: closedStatus(status.name) ?? (state ? 'running' : 'preparing'),
    source: 'history',
    ...times(description),
    counts: state ? { ...state.states } : empty,
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
