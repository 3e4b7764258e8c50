// A run by the letter of docs/semantics.md, plain and slow: after each thing that happens every subtask is looked at again, until
// nothing follows any more. It shares no code with RunState.
import { MAX_SPAWN_DEPTH } from '../../../src/contract/limits'
import type { SubtaskOutcome } from '../../../src/contract/run'
import { dependenciesOf, elementOf, holds, personOf, policyOf, REPLACED } from './expected-outcomes'
import { HUMAN_PLACE, type DefinedPlan, type Definition, type Fate, type Resolution } from './random-plans'
import {
  agentOf,
  dependentsOf,
  descendantsOf,
  hasEnded,
  isDue,
  isIdle,
  newItem,
  ruleOf,
  takersOf,
  type Item,
} from './reference-item'
import { ReferenceReactions } from './reference-reactions'

export type ReferenceVerdict =
  | { verdict: 'run' }
  | { verdict: 'skip' }
  | { verdict: 'ask' }
  | { verdict: 'fail' }
  | { verdict: 'map'; length: number }

export class ReferenceRun {
  readonly items = new Map<string, Item>()
  readonly reactions: ReferenceReactions
  /** What must have been told since somebody last looked: `<type> <subtask>`. */
  told: string[] = []
  paused = false
  pausedAgents = new Set<number>()
  planVersion = 0
  cancelled = false
  /** Why nothing goes on any more. */
  stopping = false
  /** It stayed up for events when it was cancelled. */
  private openAtCancel = false
  private turns = 0

  constructor(
    readonly plan: DefinedPlan,
    public open: boolean,
    private readonly start: number,
  ) {
    this.reactions = new ReferenceReactions(plan.reactions)
    this.enterList(plan.subtasks, 's')
    this.settle()
  }

  get finished(): boolean {
    return !this.open && this.reactions.waiting.length === 0 && this.all().every(hasEnded)
  }

  get outcome(): 'succeeded' | 'failed' | 'cancelled' {
    const ends = this.all().map(({ state }) => state)
    if (this.cancelled && (this.openAtCancel || ends.includes('cancelled'))) return 'cancelled'
    const isBroken = ends.includes('failed') || ends.includes('cancelled') || this.reactions.refused.size > 0
    return isBroken ? 'failed' : 'succeeded'
  }

  /** How many subtasks there may still be. */
  get room(): number {
    return this.plan.maxSubtasks - this.items.size - this.reactions.waiting.length
  }

  all(): Item[] {
    return [...this.items.values()]
  }

  at(id: string): Item {
    const item = this.items.get(id)
    if (!item) throw new Error(`the model has no subtask "${id}"`)
    return item
  }

  agentOf(item: Item): number {
    return agentOf(item, this.plan.policy)
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

  private holdsBack(agent: number): boolean {
    return this.paused || this.pausedAgents.has(agent)
  }

  private fellBack(item: Item): boolean {
    return item.taker >= takersOf(item).length
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

  private spawn(item: Item, list: readonly Definition[], prefix: string): void {
    if (item.depth >= MAX_SPAWN_DEPTH || list.length > this.room) return this.fail(item, 'SpawnLimitExceeded')
    item.state = 'joining'
    item.children = this.enterList(list, prefix, item)
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

  private give(item: Item, given: number | 'approved'): void {
    item.state = 'running'
    item.given = given
    delete item.expiresAt
  }

  private enterList(list: readonly Definition[], prefix: string, parent?: Item): Item[] {
    const origin = parent?.origin && { ...parent.origin, direct: false }
    const depth = parent ? parent.depth + 1 : 0
    const items = list.map((definition, place) =>
      this.enter(`${prefix}${place}`, definition, { parent, depth, origin }),
    )
    for (const [place, item] of items.entries()) {
      item.dependsOn = dependenciesOf(item.definition, place).map((other) => items[other]!)
      if (place > 0)
        item.conditions = item.definition.conditions.map((condition) => ({
          condition,
          from: items[condition.earlier % place]!,
        }))
    }
    return items
  }

  private enter(id: string, definition: Definition, place: Parameters<typeof newItem>[2]): Item {
    const item = newItem(id, definition, place)
    if (definition.deadlineMs !== undefined) item.deadline = this.start + definition.deadlineMs
    this.items.set(id, item)
    this.tell('task.created', item)
    return item
  }

  private tell(type: string, { id }: Item): void {
    this.told.push(`${type} ${id}`)
  }

  private end(item: Item, state: SubtaskOutcome, code?: string): void {
    item.state = state
    item.admitted = false
    if (code === undefined) delete item.code
    else item.code = code
    this.tell(state === 'succeeded' ? 'subtask.completed' : `subtask.${state}`, item)
  }

  /** `another` says whether another agent may be of help. */
  private fail(item: Item, code: string, another = true, joined = false): void {
    if (item.cancelled) return this.end(item, 'cancelled', 'Cancelled')
    if (this.stopping) return this.end(item, 'failed', code)
    const { fallback, then } = policyOf(item.definition, this.plan.policy)
    if (another && !joined && fallback !== undefined && !this.fellBack(item)) {
      item.taker = takersOf(item).length
      delete item.look
      return this.goOn(item)
    }
    if (then === 'hold' && !joined) {
      item.state = 'held'
      item.code = code
      item.admitted = false
      item.holds++
      return this.tell('subtask.held', item)
    }
    this.end(item, 'failed', code)
    if (then === 'fail-fast') this.stopping = true
  }

  /** Ready, or to be looked at first. */
  private goOn(item: Item): void {
    const mustBeLookedAt = item.definition.map || item.conditions.length > 0 || item.definition.person
    if ((mustBeLookedAt || this.agentOf(item) === HUMAN_PLACE) && item.look !== 'done') {
      item.state = 'waiting'
      item.look = 'due'
    } else item.state = 'ready'
  }

  private settle(): void {
    for (let goesOn = true; goesOn;) {
      if (this.stopping) {
        this.open = false
        this.reactions.waiting.length = this.reactions.making
        for (const item of this.all()) if (isIdle(item)) this.end(item, 'cancelled', 'Cancelled')
      }
      goesOn = false
      for (const item of this.all()) if (this.step(item)) goesOn = true
    }
  }

  private step(item: Item): boolean {
    if (item.state === 'waiting' && item.look === undefined && item.turn === undefined) {
      const rule = ruleOf(item)
      if (rule === 'skip') this.end(item, 'skipped', 'DependencyFailed')
      if (rule === 'go') this.admit(item)
      return rule !== 'wait'
    }
    if (isHeldBack(item)) return this.takeTurn(item)
    if (item.state === 'joining' && item.children.every(hasEnded)) {
      this.join(item)
      return true
    }
    return false
  }

  /** Its map may have enough under way. */
  private admit(item: Item): void {
    if (item.parent?.definition.map?.maxInFlight === undefined || item.admitted) return this.goOn(item)
    item.turn = this.turns++
    item.state = 'ready'
  }

  private takeTurn(item: Item): boolean {
    const siblings = item.parent!.children
    const underWay = siblings.filter(({ admitted }) => admitted).length
    const isNext = siblings.every((other) => !isHeldBack(other) || other.turn! >= item.turn!)
    if (underWay >= item.parent!.definition.map!.maxInFlight! || !isNext) return false
    delete item.turn
    item.admitted = true
    this.goOn(item)
    return true
  }

  private join(item: Item): void {
    const broken = item.children.some(({ state }) => state === 'failed' || state === 'cancelled')
    const source = item.outputFrom
    if (item.cancelled || (broken && this.stopping)) return this.end(item, 'cancelled', 'Cancelled')
    if (broken || (source && source.state !== 'succeeded')) return this.fail(item, 'SpawnedSubtaskFailed', false, true)
    const n = source ? source.n : item.definition.map ? undefined : item.definition.n
    if (n !== undefined) item.n = n
    this.end(item, 'succeeded')
  }
}

/** It may start as far as its dependencies go, and waits for others of its map. */
export function isHeldBack(item: Item): boolean {
  return item.turn !== undefined && (item.state === 'ready' || item.state === 'waiting')
}
