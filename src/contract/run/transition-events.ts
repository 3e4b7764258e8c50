// PURE. How the transitions of a run are told: the events of the run and of each subtask, before they have a place in the log.
import type { AgentEvent, TransitionType } from '../event'
import type { JsonValue } from '../json'
import { ORCHESTRATOR_SOURCE } from '../names'
import type { SubtaskOutcome, SubtaskRow } from '../run'

/** What happened, before it has a place in the log. */
export interface NewEvent extends Pick<AgentEvent, 'type' | 'payload' | 'source' | 'correlationId'> {
  /** Names it within its run, whatever the order in which things are told: its id ends in it. */
  key: string
}

/** `number` tells apart what may come more than once. */
export function runEvent(type: TransitionType, payload: JsonValue, number?: number): NewEvent {
  return { key: number === undefined ? type : `${type}/${number}`, type, payload, source: ORCHESTRATOR_SOURCE }
}

/** Which subtask an event tells of. */
export interface Told {
  row: SubtaskRow
  place: number
  /** The subtask's id, or that of the event that started it. */
  correlationId: string
}

export function onceEvent(
  type: TransitionType,
  { row, place, correlationId }: Told,
  payload: Record<string, JsonValue>,
): NewEvent {
  const told = { subtask: row.id, ...payload }
  return { key: `${type}/${place}`, type, payload: told, source: ORCHESTRATOR_SOURCE, correlationId }
}

export function repeatedEvent(
  type: TransitionType,
  told: Told & { number: number },
  payload: Record<string, JsonValue>,
): NewEvent {
  const event = onceEvent(type, told, payload)
  return { ...event, key: `${event.key}/${told.number}` }
}

/** The last event of a subtask. */
export function endEvent(outcome: SubtaskOutcome, told: Told): NewEvent {
  const { agent, error, attempt = 0, durationMs = 0, tokensUsed = 0, cost, reused } = told.row
  if (outcome === 'succeeded') {
    const facts = { agent, attempt, durationMs, tokensUsed, ...(cost === undefined ? {} : { cost }) }
    return onceEvent('subtask.completed', told, reused ? { ...facts, reused } : facts)
  }
  return onceEvent(`subtask.${outcome}`, told, {
    agent,
    ...(tokensUsed > 0 ? { tokensUsed } : {}),
    ...(cost === undefined ? {} : { cost }),
    ...(error ? { error: { ...error } } : {}),
  })
}
