// Which events start which subtasks: the rules of the section "Reactions", over all that was told so far.
import type { AgentEvent } from '../../../src/contract/event'
import { ORCHESTRATOR_SOURCE } from '../../../src/contract/names'
import type { DefinedReaction } from './defined-plan'
import type { Item, Origin } from './reference-item'

export interface ExpectedMatch {
  reaction: number
  id: string
  event: AgentEvent
  depth: number
  origin: Origin
}

export class ReferenceReactions {
  waiting: ExpectedMatch[] = []
  /** How many of them are being made. */
  making = 0
  readonly refused = new Set<number>()
  private readonly started: number[]

  constructor(private readonly reactions: readonly DefinedReaction[]) {
    this.started = reactions.map(() => 0)
  }

  /** `room` tells how many subtasks the run may still get. */
  saw(event: AgentEvent, about: Item | undefined, room: number): void {
    for (const [reaction, { on, where }] of this.reactions.entries()) {
      const payload = event.payload as Record<string, unknown> | null
      if (on !== event.type) continue
      if (where && !Object.entries(where).every(([key, value]) => payload?.[key] === value)) continue
      const before = about?.origin?.reactions ?? []
      if (event.source === ORCHESTRATOR_SOURCE && before.includes(reaction)) continue
      if (room-- <= 0) {
        this.refused.add(reaction)
        continue
      }
      this.started[reaction]!++
      this.waiting.push({
        reaction,
        id: `${reactionId(reaction)}-${this.started[reaction]}`,
        event,
        depth: about ? about.depth + 1 : 0,
        origin: { reactions: [...new Set([...before, reaction])], correlationId: event.id, direct: true },
      })
    }
  }

  /** Those that have been made are subtasks now. */
  made(): ExpectedMatch[] {
    const made = this.waiting.splice(0, this.making)
    this.making = 0
    return made
  }
}

export function reactionId(reaction: number): string {
  return `reaction${reaction}`
}
