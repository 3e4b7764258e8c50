// PURE. Events of a run: what they hold, and the pages and segments in which they are handed out.
import type { JsonValue } from './json'

/** Something that happened in a run. */
export interface AgentEvent {
  id: string
  /** Dotted, noun before verb: `subtask.completed`. */
  type: string
  payload: JsonValue
  /** ISO time, the workflow's clock. */
  timestamp: string
  /** The publisher: `orchestrator`, a subtask's id, or what a client calls itself. */
  source: string
  correlationId?: string
  /** Place in the run's log, from 0, without gaps. */
  offset: number
}

/** The types of the orchestrator's own events; each `payload` names the subtask by `subtask`, where there is one. */
export type TransitionType =
  | 'run.started'
  | 'run.completed'
  | 'run.failed'
  | 'run.cancelled'
  | 'run.paused'
  | 'run.resumed'
  | 'run.closing'
  | 'agent.paused'
  | 'agent.resumed'
  | 'plan.changed'
  | 'budget.raised'
  | 'reaction.refused'
  | 'task.created'
  | 'subtask.started'
  | 'subtask.completed'
  | 'subtask.failed'
  | 'subtask.skipped'
  | 'subtask.cancelled'
  | 'subtask.held'
  | 'subtask.resolved'
  | 'subtask.changed'
  | 'person.asked'
  | 'person.decided'
  | 'event.refused'

/** Which events are wanted. All given conditions must hold. */
export interface EventFilter {
  type?: string
  /** Events at or after this time, ISO. */
  since?: string
  /** Exclusive offset: events that come after it. */
  after?: number
  limit?: number
}

/** Events `from` to `to` (inclusive offsets), kept as an artifact: a JSON array of `AgentEvent`. */
export interface EventSegment {
  artifact: string
  from: number
  to: number
}
