// HOST. A run's view with what stands behind it: attempts that Temporal retries, queues that nobody serves, blocked workers.
import type { temporal } from '@temporalio/proto'
import { messageOf } from '../contract/errors'
import { blockedPrefix, type BlockedWorker } from '../contract/records'
import { placeOfActivity } from '../contract/names'
import { decodeFailure, decodePayload } from './payloads'
import { isServed } from './pollers'
import type { RunView } from './run-view'
import { CALL_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

/** Queues that are asked for their workers in one status. */
const QUEUES_ASKED = 50

/** What Temporal knows of an execution that has not ended. */
export interface PendingExecution {
  subtask: string
  agent: string
  /** scheduled: on its queue · started: a worker has it · cancelling: it was told to end. */
  state: 'scheduled' | 'started' | 'cancelling'
  attempt: number
  /** The worker that has it, or had it last. */
  worker?: string
  /** When the next attempt is due, ISO. */
  nextAttemptAt?: string
  lastFailure?: string
  /** The newest `context.progress`. */
  progress?: unknown
}

/** Subtasks that wait since no worker serves their agent. */
export interface Unserved {
  agent: string
  taskQueue: string
  subtasks: string[]
}

export interface RunStatusReport extends RunView {
  pending: PendingExecution[]
  unserved: Unserved[]
  /** Workers of this run whose event loop stands still, with the executions of which one blocks it. */
  blocked: BlockedWorker[]
}

export async function runStatus(scope: ClientScope, view: RunView): Promise<RunStatusReport> {
  if (view.endedAt !== undefined) return { ...view, pending: [], unserved: [], blocked: [] }
  const handle = scope.client.workflow.getHandle(view.runId)
  const { raw } = await withTimeout(scope, CALL_TIMEOUT_MS, () => handle.describe())
  const known = (raw.pendingActivities ?? []).filter(({ activityId }) => placeOfActivity(activityId) !== undefined)
  const pending = await Promise.all(known.map((activity) => describePending(scope, view, activity)))
  return {
    ...view,
    pending,
    unserved: await findUnserved(scope, known, view),
    blocked: await findBlocked(scope, view, pending),
  }
}

type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo

/** Temporal's PendingActivityState. */
const STATES: Record<number, PendingExecution['state']> = { 1: 'scheduled', 2: 'started', 3: 'cancelling' }

async function describePending(
  scope: ClientScope,
  view: RunView,
  activity: PendingActivity,
): Promise<PendingExecution> {
  const row = view.subtasks[placeOfActivity(activity.activityId)!]
  const failure = await decodeFailure(scope.converter, activity.lastFailure)
  const progress = await decodePayload(scope.converter, activity.heartbeatDetails?.payloads?.[0])
  const state = STATES[activity.state ?? 1] ?? 'scheduled'
  const seconds = Number(activity.scheduledTime?.seconds ?? 0)
  return {
    subtask: row?.id ?? '',
    agent: row?.agent ?? '',
    state,
    attempt: activity.attempt ?? 1,
    ...(activity.lastWorkerIdentity ? { worker: activity.lastWorkerIdentity } : {}),
    ...(state === 'scheduled' && seconds > 0 && failure
      ? { nextAttemptAt: new Date(seconds * 1000).toISOString() }
      : {}),
    ...(failure ? { lastFailure: messageOf(failure) } : {}),
    ...(progress === undefined || progress === null ? {} : { progress }),
  }
}

/** Only queues on which something waits are looked at. */
async function findUnserved(scope: ClientScope, activities: PendingActivity[], view: RunView): Promise<Unserved[]> {
  const waiting = new Map<string, Unserved>()
  const queues = new Map(
    (view.history?.prepared?.agents ?? view.agents).map(({ name, taskQueue }) => [name, taskQueue]),
  )
  for (const activity of activities) {
    const row = view.subtasks[placeOfActivity(activity.activityId)!]
    const taskQueue = row && queues.get(row.agent)
    if (activity.state !== 1 || !row || taskQueue === undefined) continue
    const entry = waiting.get(taskQueue) ?? { agent: row.agent, taskQueue, subtasks: [] }
    entry.subtasks.push(row.id)
    waiting.set(taskQueue, entry)
  }
  const asked = [...waiting.values()].slice(0, QUEUES_ASKED)
  const served = await Promise.all(asked.map(({ taskQueue }) => isServed(scope, taskQueue)))
  return asked.filter((_, place) => !served[place])
}

async function findBlocked(scope: ClientScope, view: RunView, pending: PendingExecution[]): Promise<BlockedWorker[]> {
  const running = new Set(pending.map(({ subtask, attempt }) => `${subtask}/${attempt}`))
  if (running.size === 0) return []
  const prefix = blockedPrefix(view.run)
  const names = (await scope.store.records.list(prefix)).filter((name) => running.has(name.slice(prefix.length)))
  const records = await Promise.all(names.map((name) => scope.store.records.read(name)))
  return records.filter((record) => record !== undefined) as unknown as BlockedWorker[]
}
