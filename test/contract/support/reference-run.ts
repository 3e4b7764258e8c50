// A run by the letter of docs/semantics.md, plain and slow: all that may happen to it, one method each. It shares no code with RunState.
import { MAX_SPAWN_DEPTH } from '../../../src/contract/limits'
import { elementOf, holds, personOf, REPLACED } from './expected-outcomes'
import { HUMAN_PLACE, type Definition, type Fate, type Resolution } from './random-plans'
import {
  dependentsOf,
  descendantsOf,
  hasEnded,
  isDue,
  isHeldBack,
  isIdle,
  ruleOf,
  takersOf,
  type Item,
} from './reference-item'
import { ReferenceRules } from './reference-rules'

export type ReferenceVerdict =
  | { verdict: 'run' }
  | { verdict: 'skip' }
  | { verdict: 'ask' }
  | { verdict: 'fail' }
  | { verdict: 'map'; length: number }

export class ReferenceRun extends ReferenceRules {
  cancelled = false
  /** It stayed up for events when it was cancelled. */
  private openAtCancel = false

  get finished(): boolean {
    return !this.open && this.reactions.waiting.length === 0 && this.all().every(hasEnded)
  }

  get outcome(): 'succeeded' | 'failed' | 'cancelled' {
    const ends = this.all().map(({ state }) => state)
    if (this.cancelled && (this.openAtCancel || ends.includes('cancelled'))) return 'cancelled'
    const isBroken = ends.includes('failed') || ends.includes('cancelled') || this.reactions.refused.size > 0
    return isBroken ? 'failed' : 'succeeded'
  }

  /** What an agent may be handed now. */
  startable(agent: number): Item[] {
    if (this.holdsBack(agent)) return []
    return this.all().filter((item) => item.state === 'ready' && !isHeldBack(item) && this.agentOf(item) === agent)
  }

  /** What may be looked at now. */
  lookable(): Item[] {
    return this.all().filter(
      (item) => item.state === 'waiting' && item.look === 'due' && !this.holdsBack(this.agentOf(item)),
    )
  }

  started(item: Item): void {
    item.state = 'running'
    this.tell('subtask.started', item)
  }

  /** What the next execution of it will do. */
  fateOf({ definition, executions }: Item): Fate {
    return definition.executions[Math.min(executions, definition.executions.length - 1)]!
  }

  /** An execution has ended. */
  executed(item: Item, fate: Fate): void {
    item.executions++
    const last = item.taker + 1 >= takersOf(item).length
    if (fate === 'cancelled') this.end(item, 'cancelled', 'Cancelled')
    else if (fate === 'fail') this.fail(item, 'AgentFailed')
    else if (fate === 'succeed') this.done(item)
    else if (item.cancelled) this.fail(item, 'CannotHandle')
    else if (item.origin?.direct && last && !this.fellBack(item)) this.end(item, 'skipped', 'CannotHandle')
    else if (last || this.stopping) this.fail(item, 'CannotHandle')
    else {
      item.taker++
      this.goOn(item)
    }
    this.settle()
  }

  looking(item: Item): void {
    item.look = 'now'
  }

  /** What looking at it finds. */
  verdictOf(item: Item): ReferenceVerdict {
    const met = item.conditions.every(({ condition, from }) =>
      holds(condition, from.state === 'succeeded' ? from.n : undefined),
    )
    if (!met) return { verdict: 'skip' }
    const { map } = item.definition
    if (map) return map.length === 'none' ? { verdict: 'fail' } : { verdict: 'map', length: map.length }
    return { verdict: this.agentOf(item) === HUMAN_PLACE ? 'ask' : 'run' }
  }

  looked(item: Item, verdict: ReferenceVerdict, now: number): void {
    if (item.state !== 'waiting' || item.look !== 'now') return
    item.look = 'done'
    if (verdict.verdict === 'skip') this.end(item, 'skipped', 'ConditionNotMet')
    else if (verdict.verdict === 'run') item.state = 'ready'
    else if (verdict.verdict === 'fail') this.fail(item, 'InvalidPayload')
    else if (verdict.verdict === 'ask') this.ask(item, now)
    else {
      const element = elementOf(item.definition)
      const list = Array.from({ length: verdict.length }, () => element)
      if (list.length === 0) this.end(item, 'succeeded')
      else this.spawn(item, list, `${item.id}/`)
    }
    this.settle()
  }

  decided(item: Item, approved: boolean): void {
    this.tell('person.decided', item)
    if (approved) this.give(item, 'approved')
    else this.fail(item, 'Rejected')
    this.settle()
  }

  kept(item: Item): void {
    if (typeof item.given === 'number') item.n = item.given
    this.end(item, 'succeeded')
    this.settle()
  }

  resolved(item: Item, resolution: Resolution): void {
    this.tell('subtask.resolved', item)
    if (resolution === 'replace') this.give(item, REPLACED)
    else if (resolution === 'skip') this.end(item, 'skipped', 'SkippedByPerson')
    else {
      delete item.code
      delete item.look
      item.taker = 0
      item.state = 'waiting'
    }
    this.settle()
  }

  /** Everything whose time is over, the earliest first. */
  tick(now: number): void {
    for (;;) {
      const due = this.all()
        .filter(isDue)
        .flatMap((item, place) => [
          ...(item.deadline === undefined ? [] : [{ item, place, at: item.deadline, late: true }]),
          ...(item.state === 'asking' && item.expiresAt !== undefined
            ? [{ item, place, at: item.expiresAt, late: false }]
            : []),
        ])
        .filter(({ at }) => at <= now)
      const [first] = due.sort((a, b) => a.at - b.at || a.place - b.place || Number(b.late) - Number(a.late))
      if (!first) return
      const { item, late } = first
      if (late) this.fail(item, 'DeadlineExceeded', false)
      else {
        this.tell('person.decided', item)
        const { onTimeout } = personOf(item.definition)
        if (onTimeout === 'approve') this.give(item, 'approved')
        else this.fail(item, onTimeout === 'reject' ? 'Rejected' : 'NobodyDecided')
      }
      this.settle()
    }
  }

  /** Subtasks at the top level, which depend on any of the run, and `after` others of the list. */
  added(list: readonly { id: string; definition: Definition; dependsOn: Item[]; after: number[] }[]): void {
    this.planVersion++
    const items = list.map(({ id, definition }) => this.enter(id, definition, { depth: 0 }))
    for (const [place, { dependsOn, after }] of list.entries())
      items[place]!.dependsOn = [...dependsOn, ...after.map((other) => items[other]!)]
    this.settle()
  }

  changed(item: Item, definition: Definition, dependsOn: Item[], deadline: number | undefined): void {
    this.planVersion++
    this.tell('subtask.changed', item)
    Object.assign(item, { definition, dependsOn, taker: 0 })
    if (deadline === undefined) delete item.deadline
    else item.deadline = deadline
    if (item.state === 'held' || (isHeldBack(item) && ruleOf(item) === 'go')) return
    delete item.look
    delete item.turn
    if (ruleOf(item) !== 'go') item.admitted = false
    item.state = 'waiting'
    this.settle()
  }

  cancelSubtask(item: Item, dependents: boolean): void {
    this.planVersion++
    const chosen = dependents ? [item, ...dependentsOf(item, this.all())] : [item]
    const below = chosen.flatMap((one) => [one, ...descendantsOf(one)])
    for (const one of below) {
      if (hasEnded(one) || one.given !== undefined) continue
      if (isIdle(one)) this.end(one, 'cancelled', 'Cancelled')
      else one.cancelled = true
    }
    this.settle()
  }

  cancel(): void {
    this.openAtCancel = this.open
    this.cancelled = this.stopping = true
    this.settle()
  }

  /** Reactions' subtasks, in the order in which their events came. */
  reacted(): void {
    const made = this.reactions.made()
    if (this.stopping) {
      this.reactions.waiting = []
      return
    }
    const items = made.map(({ reaction, id, depth, origin }) => ({
      depth,
      item: this.enter(id, this.plan.reactions[reaction]!.run, { depth, origin }),
    }))
    for (const { item, depth } of items) if (depth > MAX_SPAWN_DEPTH) this.end(item, 'failed', 'SpawnLimitExceeded')
    this.settle()
  }

  private done(item: Item): void {
    const { spawn, n } = item.definition
    if (!spawn) {
      item.n = n
      return this.end(item, 'succeeded')
    }
    if (this.stopping || item.cancelled) return this.end(item, 'cancelled', 'Cancelled')
    this.spawn(item, spawn.list, `${item.id}/s`)
    if (item.state === 'joining' && spawn.output !== undefined)
      item.outputFrom = item.children[spawn.output % item.children.length]!
  }

  private ask(item: Item, now: number): void {
    if (this.holdsBack(this.agentOf(item))) {
      item.look = 'due'
      return
    }
    const { reply, timeoutMs } = personOf(item.definition)
    item.state = 'asking'
    if (reply === 'nothing') item.expiresAt = now + timeoutMs
    this.tell('person.asked', item)
  }
}
