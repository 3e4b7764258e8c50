// PURE. Which events start subtasks, and how far that may go.
import type { AgentEvent } from '../event'
import { isObject, type JsonValue } from '../json'
import { MAX_SPAWN_DEPTH } from '../limits'
import type { ReactInput } from '../activity-messages'
import type { ReactionRule } from '../messages'
import { ORCHESTRATOR_SOURCE } from '../names'
import type { Origin } from './carried'
import { sameJson } from './conditions'
import { tooDeepError } from './subtask-errors'
import type { Subtasks } from './subtasks'
import { runEvent } from './transition-events'

/** Events that become subtasks together: one activity for all of them. */
const PER_BATCH = 100
/** Ends of a run, and what tells of reactions themselves: these start nothing. */
const NEVER = ['run.completed', 'run.failed', 'run.cancelled', 'reaction.refused']

/** An event that is to become a subtask. */
export interface Match {
  reaction: number
  id: string
  event: AgentEvent
  origin: Origin
}

export class Reactions {
  /** In order; those of the batch that is being made first. */
  readonly waiting: Match[] = []
  /** How many of them are being made. */
  underWay = 0
  /** Subtasks that each has started, or will. */
  readonly counts: number[]
  /** Those that were refused for the limit of subtasks. */
  readonly refused = new Set<number>()

  constructor(
    readonly rules: readonly ReactionRule[],
    private readonly subtasks: Subtasks,
    private readonly maxSubtasks: number,
  ) {
    this.counts = rules.map(() => 0)
  }

  /** Each event that was logged. */
  observe(event: AgentEvent): void {
    if (this.rules.length === 0 || this.subtasks.ending || NEVER.includes(event.type)) return
    const isOwn = event.source === ORCHESTRATOR_SOURCE
    // What another run did has had its reactions there
    if (isOwn && isObject(event.payload) && event.payload['reused'] === true) return
    const cause = this.causeOf(event)
    for (const [reaction, rule] of this.rules.entries()) {
      if (rule.on !== event.type || !matchesFields(event.payload, rule.where)) continue
      const before = cause?.origin?.reactions ?? []
      if (isOwn && before.includes(reaction)) continue
      if (this.subtasks.rows.length + this.waiting.length >= this.maxSubtasks) {
        const reason = `the run has its ${this.maxSubtasks} subtasks: this event, and further ones, start nothing`
        this.refuse(reaction, reason)
        continue
      }
      const depth = cause ? cause.depth + 1 : 0
      const reactions = [...new Set([...before, reaction])]
      const origin = { depth, reactions, correlationId: event.id }
      this.waiting.push({ reaction, id: this.nextId(reaction), event, origin })
    }
  }

  /** The next ones to be made into subtasks, if none are being made. */
  next(): ReactInput['matches'] | undefined {
    if (this.subtasks.ending) this.drop()
    if (this.underWay > 0 || this.waiting.length === 0) return undefined
    this.underWay = Math.min(this.waiting.length, PER_BATCH)
    return this.waiting.slice(0, this.underWay).map(({ reaction, id, event }) => ({ reaction, id, event }))
  }

  /** They are in this fragment now. */
  made(fragment: string): void {
    const made = this.waiting.splice(0, this.underWay)
    this.underWay = 0
    if (this.subtasks.ending) return this.drop()
    const first = this.subtasks.add({
      nodes: made.map(({ reaction, id }) => ({ ...this.rules[reaction]!.node, id, dependsOn: [] })),
      fragment,
      origins: made.map(({ origin }) => origin),
    })
    for (const [position, { origin }] of made.entries())
      if (origin.depth > MAX_SPAWN_DEPTH) this.subtasks.end(first + position, 'failed', tooDeepError(origin.depth))
  }

  /** Those that were being made could not be. */
  failed(reason: string): void {
    const lost = this.waiting.splice(0, this.underWay)
    this.underWay = 0
    for (const { reaction } of lost) this.refuse(reaction, reason)
  }

  /** The run is ending. */
  drop(): void {
    this.waiting.length = this.underWay
  }

  /** Somebody may have added a subtask of that name. */
  private nextId(reaction: number): string {
    let id: string
    do id = `${this.rules[reaction]!.id}-${++this.counts[reaction]!}`
    while (this.subtasks.placeOf(id) !== undefined)
    return id
  }

  /** The subtask that an event is about, or whose agent published it. */
  private causeOf({ source, payload }: AgentEvent): { depth: number; origin?: Origin } | undefined {
    const about = source === ORCHESTRATOR_SOURCE && isObject(payload) ? payload['subtask'] : source
    const place = typeof about === 'string' ? this.subtasks.placeOf(about) : undefined
    return place === undefined ? undefined : this.subtasks.at(place).node
  }

  /** Told once for each reaction: there may be many such events. */
  private refuse(reaction: number, reason: string): void {
    if (this.refused.has(reaction)) return
    this.refused.add(reaction)
    const { id } = this.rules[reaction]!
    this.subtasks.surroundings.emit(runEvent('reaction.refused', { reaction: id, reason }, reaction))
  }
}

function matchesFields(payload: JsonValue, where: Record<string, JsonValue> = {}): boolean {
  return Object.entries(where).every(
    ([key, value]) => isObject(payload) && Object.hasOwn(payload, key) && sameJson(payload[key], value),
  )
}
