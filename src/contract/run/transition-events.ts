// PURE. How the transitions of a run are told: the events of the run and of each subtask, before they have a place in the log.
import type { AgentEvent } from '../event'
import type { JsonValue } from '../json'
import { ORCHESTRATOR_SOURCE } from '../names'
import type { SubtaskOutcome, SubtaskRow } from '../run'

/** What happened, before it has a place in the log. */
export interface NewEvent extends Pick<AgentEvent, 'type' | 'payload' | 'source' | 'correlationId'> {
  /** Names it within its run, whatever the order in which things are told: its id ends in it. */
  key: string
}

export function runEvent(type: string, payload: JsonValue): NewEvent {
  return { key: type, type, payload, source: ORCHESTRATOR_SOURCE }
}

/** Which subtask an event tells of: its row, its place, and the number of its candidate. */
export interface Told {
  row: SubtaskRow
  place: number
  candidate: number
}

export function subtaskEvent(
  type: string,
  { row, place, candidate }: Told,
  payload: Record<string, JsonValue>,
): NewEvent {
  // Only `subtask.started` comes more than once, with another candidate each time
  const key = `${type}/${place}/${candidate}`
  return { key, type, payload: { subtask: row.id, ...payload }, source: ORCHESTRATOR_SOURCE, correlationId: row.id }
}

/** The last event of a subtask. */
export function endEvent(outcome: SubtaskOutcome, told: Told): NewEvent {
  const { agent, error, attempt = 0, durationMs = 0, tokensUsed = 0 } = told.row
  if (outcome === 'succeeded')
    return subtaskEvent('subtask.completed', told, { agent, attempt, durationMs, tokensUsed })
  return subtaskEvent(`subtask.${outcome}`, told, {
    agent,
    ...(tokensUsed > 0 ? { tokensUsed } : {}),
    ...(error ? { error: { ...error } } : {}),
  })
}
