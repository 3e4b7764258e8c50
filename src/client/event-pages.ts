// HOST. Pages of a run's event log, from whoever can tell: its worker, sealed segments, its document, or its history.
import type { WorkflowExecutionDescription } from '@temporalio/client'
import type { AgentEvent, EventFilter, EventSegment } from '../contract/event'
import type { EventsAnswer } from '../contract/messages'
import { EVENTS_QUERY } from '../contract/names'
import { matches } from '../contract/run/event-log'
import { loadSegment } from './documents'
import { isUnanswered } from './errors'
import { ask } from './queries'
import { viewRun } from './run-view'
import { QUERY_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

export interface EventPage {
  events: AgentEvent[]
  /** The offset to ask after next. */
  after: number
  /** Up to here places are final. The newest workflow task may have to be done again, and then in another order. */
  settled: number
  /** True if there is nothing more for now. */
  complete: boolean
  /** True if there will never be more. */
  closed: boolean
}

/** The next events after `filter.after`, in order. Wants one call, and one more where older events are sealed. */
export async function readEvents(scope: ClientScope, runId: string, filter: EventFilter): Promise<EventPage> {
  const answer = await askWorker(scope, runId, filter)
  if (!answer) return fromView(scope, runId, filter, false)
  const { segments, events, after, settled, complete } = answer
  if (segments.length > 0) return fromSegments(scope, segments, filter)
  // The last event has been logged, but the run is closed only when its document is written: that one decides
  if (answer.closed && complete && events.length === 0) return fromView(scope, runId, filter, true)
  return { events, after, settled, complete, closed: false }
}

/** All events that match, until now. */
export async function readAllEvents(scope: ClientScope, runId: string, filter: EventFilter): Promise<AgentEvent[]> {
  const limit = filter.limit ?? Infinity
  const found: AgentEvent[] = []
  let after = filter.after ?? -1
  for (;;) {
    const { limit: _limit, ...wanted } = filter
    const page = await readEvents(scope, runId, { ...wanted, after })
    found.push(...page.events)
    after = page.after
    if (page.complete || found.length >= limit) return found.slice(0, limit)
  }
}

/** Undefined if no worker answered. */
async function askWorker(scope: ClientScope, runId: string, filter: EventFilter): Promise<EventsAnswer | undefined> {
  const handle = scope.client.workflow.getHandle(runId)
  const describe = () => withTimeout(scope, QUERY_TIMEOUT_MS, () => handle.describe())
  try {
    const before = await describe()
    if (before.status.name !== 'RUNNING') return undefined
    const answer = await ask<EventsAnswer, EventFilter>(scope, runId, EVENTS_QUERY, filter)
    const hasUnsettled = answer.events.length > 0 && answer.settled < answer.after
    return hasUnsettled && stoodStill(before, await describe()) ? { ...answer, settled: answer.after } : answer
  } catch (error) {
    if (isUnanswered(error)) return undefined
    throw error
  }
}

/** No workflow task was in flight, before an answer and after it: then nothing of it has to be done again. */
function stoodStill(before: WorkflowExecutionDescription, after: WorkflowExecutionDescription): boolean {
  if (before.raw.pendingWorkflowTask || after.raw.pendingWorkflowTask) return false
  return before.runId === after.runId && before.historyLength === after.historyLength
}

async function fromView(
  scope: ClientScope,
  runId: string,
  filter: EventFilter,
  asksWorker: boolean,
): Promise<EventPage> {
  const view = await viewRun(scope, runId, asksWorker)
  const closed = view.endedAt !== undefined
  if (view.document) {
    const after = filter.after ?? -1
    const segments = view.document.events.filter((segment) => segment.to > after)
    if (segments.length === 0) return { events: [], after, settled: after, complete: true, closed }
    const page = await fromSegments(scope, segments, filter)
    const complete = page.after >= segments.at(-1)!.to
    return { ...page, complete, closed: closed && complete }
  }
  const { segments = [], events: known = [] } = view.history ?? {}
  const sealed = segments.filter((segment) => segment.to > (filter.after ?? -1))
  if (sealed.length > 0) return fromSegments(scope, sealed, filter)
  const after = known.at(-1)?.offset ?? filter.after ?? -1
  // No worker has handled the end of an open run's history yet: what it makes of it may come in another order
  const settled = closed ? after : Math.min(after, view.history?.settled ?? -1)
  return { events: known.filter((event) => matches(event, filter)), after, settled, complete: true, closed }
}

/** The events of the first of some segments. */
async function fromSegments(scope: ClientScope, segments: EventSegment[], filter: EventFilter): Promise<EventPage> {
  const [segment] = segments
  const events = (await loadSegment(scope.store, segment!)).filter((event) => matches(event, filter))
  return { events, after: segment!.to, settled: segment!.to, complete: false, closed: false }
}
