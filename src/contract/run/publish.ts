// PURE. What becomes of a published event. A signal cannot be answered, so what is wrong with it stands in the log.
import type { TransitionType } from '../event'
import { messageOf } from '../errors'
import { isDeeper, isObject, jsonBytes, preview, type JsonValue } from '../json'
import { MAX_EVENT_NAME_LENGTH, MAX_EVENT_PAYLOAD_BYTES, MAX_JSON_DEPTH, PUBLISHED_TOGETHER } from '../limits'
import { ORCHESTRATOR_SOURCE } from '../names'
import type { NewEvent } from './run-state'

/** Why an event would be refused, or undefined. Publishers ask before they send, the orchestrator when it arrives. */
export function publishProblem(input: unknown): string | undefined {
  if (!isObject(input)) return `an event is an object with a "type", this is ${preview(input)}`
  const { type, source, correlationId, payload } = input
  if (typeof type !== 'string' || type === '')
    return `an event's type is a text that is not empty, this is ${preview(type)}`
  if (source !== undefined && typeof source !== 'string')
    return `an event's source is a text, this is ${preview(source)}`
  if (correlationId !== undefined && typeof correlationId !== 'string')
    return `an event's correlationId is a text, this is ${preview(correlationId)}`
  if (source === ORCHESTRATOR_SOURCE) return `the source "${ORCHESTRATOR_SOURCE}" is the orchestrator's own`
  for (const name of [type, source, correlationId]) {
    if (name && name.length > MAX_EVENT_NAME_LENGTH)
      return `${preview(name)} has ${name.length} characters; at most ${MAX_EVENT_NAME_LENGTH} are taken`
  }
  // Whoever writes the log recurses, on stacks of other sizes: what one of them takes, the next may not
  if (isDeeper(payload, MAX_JSON_DEPTH))
    return `the payload is nested deeper than ${MAX_JSON_DEPTH} levels, or in a circle`
  const bytes = bytesOf(payload ?? null)
  if (typeof bytes === 'string') return `the payload cannot be JSON: ${bytes}`
  if (bytes > MAX_EVENT_PAYLOAD_BYTES)
    return `the payload has ${bytes} bytes as JSON; at most ${MAX_EVENT_PAYLOAD_BYTES} are taken: put it into an artifact and publish its name`
  return undefined
}

/** Or why it has no size: publishers in our own processes may hand in anything. */
function bytesOf(payload: unknown): number | string {
  try {
    return jsonBytes(payload)
  } catch (error) {
    return messageOf(error)
  }
}

/** The event to log: the published one, or `event.refused` with the reason. `count` tells how many came before it. */
export function acceptPublished(input: unknown, count: number): NewEvent {
  const key = `published/${count}`
  const problem = publishProblem(input)
  if (problem !== undefined) return refused(key, problem)
  const { type, payload, source, correlationId } = input as {
    type: string
    payload?: JsonValue
    source?: string
    correlationId?: string
  }
  return {
    key,
    type,
    payload: payload ?? null,
    source: source ?? 'client',
    ...(correlationId === undefined ? {} : { correlationId }),
  }
}

/** What is published to a run, one after the other. */
export class Published {
  /** `count` tells how many there were in the links before. */
  constructor(public count = 0) {}

  /** The events to log for a signal, which brings one or a list of them. */
  accept(input: unknown): NewEvent[] {
    if (!Array.isArray(input)) return [acceptPublished(input, this.count++)]
    if (input.length > 0 && input.length <= PUBLISHED_TOGETHER)
      return input.map((event) => acceptPublished(event, this.count++))
    const reason = `a list has 1 to ${PUBLISHED_TOGETHER} events, this has ${input.length}`
    return [refused(`published/${this.count++}`, reason)]
  }
}

function refused(key: string, reason: string): NewEvent {
  const type: TransitionType = 'event.refused'
  return { key, type, payload: { reason }, source: ORCHESTRATOR_SOURCE }
}
