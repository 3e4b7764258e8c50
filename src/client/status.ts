// HOST. A run's view with what stands behind it: attempts that Temporal retries, queues that nobody serves, blocked workers.
import type { temporal } from '@temporalio/proto'
import { messageOf } from '../contract/errors'
import { inPortions } from '../contract/in-portions'
import {
  blockedPrefix,
  retriesPrefix,
  type BlockedRecord,
  type BlockedWorker,
  type RetryRecord,
} from '../contract/records'
import type { Heartbeat } from '../contract/activity-messages'
import { placeOfActivity } from '../contract/names'
import { totalsOf, type Totals } from '../contract/run/spending'
import { whyWaiting, type PendingExecution, type Unserved, type WaitingReason } from '../contract/run/waiting'
import { decodeFailure, decodePayload } from './payloads'
import { lastPoll } from './pollers'
import type { RunView } from './run-view'
import { CALL_TIMEOUT_MS, POLLER_ALIVE_MS, withTimeout, type ClientScope } from './scope'

/** Queues that are asked for their workers in one status. */
const QUEUES_ASKED = 50
/** Records that are read at once. */
const READ_AT_ONCE = 16
/** How long a task may lie on a queue whose worker has a free slot: it takes milliseconds, and servers may be busy. */
const FETCHED_WITHIN_MS = 3_000

export type { PendingExecution, Unserved, WaitingReason }

export interface RunStatusReport extends RunView {
  pending: PendingExecution[]
  unserved: Unserved[]
  /** Workers that this run has or had executions on, and whose event loop stands still, with the executions of which one blocks it. */
  blocked: BlockedWorker[]
  /** Why each subtask that has not ended has not; and what the run itself waits for, without a `subtask`. */
  waiting: WaitingReason[]
  /** Runs that repeat this one, once it has ended; absent if there are none, or if its store is out of reach. */
  retriedBy?: string[]
}

export async function runStatus(scope: ClientScope, view: RunView): Promise<RunStatusReport> {
  if (view.endedAt !== undefined)
    return { ...view, pending: [], unserved: [], blocked: [], waiting: [], ...(await retriedBy(scope, view)) }
  const report = await standOf(scope, view)
  return { ...report, waiting: whyWaiting(report, Date.now()) }
}

async function standOf(scope: ClientScope, view: RunView): Promise<Omit<RunStatusReport, 'waiting'>> {
  const handle = scope.client.workflow.getHandle(view.runId)
  const { raw } = await withTimeout(scope, CALL_TIMEOUT_MS, () => handle.describe())
  const known = (raw.pendingActivities ?? []).filter(({ activityId }) => placeOfActivity(activityId) !== undefined)
  const pending = await Promise.all(known.map((activity) => describePending(scope, view, activity)))
  const others = (raw.pendingActivities ?? []).filter(
    ({ activityId, lastFailure }) => placeOfActivity(activityId) === undefined && lastFailure,
  )
  const notes = [...view.notes, ...(await Promise.all(others.map((activity) => troubleNote(scope, activity))))]
  const totals = withLive(view, pending)
  const unserved = await findUnserved(scope, known, view)
  try {
    return { ...view, ...totals, notes, pending, unserved, blocked: await findBlocked(scope, view) }
  } catch (error) {
    return { ...view, ...totals, notes: [...notes, messageOf(error)], pending, unserved, blocked: [] }
  }
}

async function retriedBy({ store }: ClientScope, { run }: RunView): Promise<Pick<RunStatusReport, 'retriedBy'>> {
  const names = await store.records.list(retriesPrefix(run)).catch(() => [])
  const records = await inPortions(names, READ_AT_ONCE, (name) => store.records.read(name).catch(() => undefined))
  const ids = records.flatMap((record) => (record ? [(record as unknown as RetryRecord).workflowId] : []))
  return ids.length > 0 ? { retriedBy: ids } : {}
}

/** What a run does itself is tried again until it succeeds: by activity type, what does not. */
const TROUBLES: Partial<Record<string, string>> = {
  evaluateSubtask: 'it cannot be looked at yet whether, and how, a subtask runs',
  keepOutput: 'what a person gave cannot be kept yet',
  checkChange: 'a change cannot be checked yet',
  react: 'what an event starts cannot be written down yet',
}

async function troubleNote(scope: ClientScope, { activityType, lastFailure }: PendingActivity): Promise<string> {
  const what = TROUBLES[activityType?.name ?? ''] ?? 'what the run leaves cannot be kept yet'
  return `${what}, and is tried again: ${messageOf(await decodeFailure(scope.converter, lastFailure))}`
}

/** What runs has no row of its own yet, or one of the candidate before it. */
function withLive({ subtasks }: RunView, pending: readonly PendingExecution[]): Totals {
  const live = new Map(pending.map((execution) => [execution.subtask, execution]))
  return totalsOf(
    subtasks.map((row) => {
      const { tokensUsed = 0, cost } = live.get(row.id) ?? {}
      return tokensUsed > (row.tokensUsed ?? 0) ? { ...row, tokensUsed, ...(cost === undefined ? {} : { cost }) } : row
    }),
  )
}

type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo

/** Temporal's PendingActivityState. */
const SCHEDULED = 1
const STATES: Record<number, PendingExecution['state']> = { [SCHEDULED]: 'scheduled', 2: 'started', 3: 'cancelling' }

async function describePending(
  scope: ClientScope,
  view: RunView,
  activity: PendingActivity,
): Promise<PendingExecution> {
  const row = view.subtasks[placeOfActivity(activity.activityId)!]
  const failure = await decodeFailure(scope.converter, activity.lastFailure)
  const heartbeat = await decodePayload<Partial<Heartbeat>>(scope.converter, activity.heartbeatDetails?.payloads?.[0])
  const { progress, tokensUsed, cost } = heartbeat ?? {}
  const state = STATES[activity.state ?? 1] ?? 'scheduled'
  const seconds = Number(activity.scheduledTime?.seconds ?? 0)
  // To be taken by a worker is a sign of life too; a heartbeat may be that of the attempt before
  const beat = Math.max(
    ...[activity.lastHeartbeatTime, activity.lastStartedTime].map((time) => Number(time?.seconds ?? 0)),
  )
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
    ...(state !== 'scheduled' && beat > 0 ? { heartbeatAt: new Date(beat * 1000).toISOString() } : {}),
    ...(progress === undefined || progress === null ? {} : { progress }),
    ...(tokensUsed === undefined ? {} : { tokensUsed }),
    ...(cost === undefined ? {} : { cost }),
  }
}

/** Queues on which something waits that nobody fetches. A queue of which a worker has an execution of this run is served. */
async function findUnserved(scope: ClientScope, activities: PendingActivity[], view: RunView): Promise<Unserved[]> {
  const agents = view.history?.prepared?.agents ?? view.agents
  const queues = new Map(agents.map(({ name, taskQueue }) => [name, taskQueue]))
  const waiting = new Map<string, Unserved & { since: number }>()
  const busy = new Set<string>()
  for (const activity of activities) {
    const row = view.subtasks[placeOfActivity(activity.activityId)!]
    const taskQueue = row && queues.get(row.agent)
    if (!row || taskQueue === undefined) continue
    if (activity.state !== SCHEDULED) busy.add(taskQueue)
    else {
      const since = Number(activity.scheduledTime?.seconds ?? 0) * 1000
      const entry = waiting.get(taskQueue) ?? { agent: row.agent, taskQueue, subtasks: [], since }
      entry.subtasks.push(row.id)
      entry.since = Math.min(entry.since, since)
      waiting.set(taskQueue, entry)
    }
  }
  const asked = [...waiting.values()].filter(({ taskQueue }) => !busy.has(taskQueue)).slice(0, QUEUES_ASKED)
  const polls = await Promise.all(asked.map(({ taskQueue }) => lastPoll(scope, taskQueue)))
  const unserved = asked.filter(({ since }, place) => polls[place]! < servedSince(since))
  return unserved.map(({ agent, taskQueue, subtasks }) => ({ agent, taskQueue, subtasks }))
}

/** A living worker fetches a task at once and polls again: one that lies for seconds is not waited for by an old poll. */
function servedSince(scheduled: number): number {
  const now = Date.now()
  return now - scheduled > FETCHED_WITHIN_MS && scheduled > 0 && scheduled <= now ? scheduled : now - POLLER_ALIVE_MS
}

/** Whatever attempt Temporal has come to: an attempt that was given up for want of heartbeats blocks its worker still. */
async function findBlocked(scope: ClientScope, view: RunView): Promise<BlockedWorker[]> {
  const { records } = scope.store
  const names = await records.list(blockedPrefix(view.run))
  const newest = new Map(names.map((name) => [name.slice(0, name.lastIndexOf('/')), name]))
  const found = (await Promise.all(
    [...newest.values()].map((name) => records.read(name)),
  )) as unknown as BlockedRecord[]
  return found
    .filter(({ until }) => Date.parse(until) > Date.now())
    .map(({ worker, since, executions }) => ({ worker, since, executions }))
}
