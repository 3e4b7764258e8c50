// What follows from what in the model: after each thing that happens every subtask is looked at again, until nothing changes any more.
import { MAX_SPAWN_DEPTH } from '../../../src/contract/limits'
import type { SubtaskOutcome } from '../../../src/contract/run'
import { dependenciesOf, policyOf } from './expected-outcomes'
import { HUMAN_PLACE, type DefinedPlan, type Definition } from './defined-plan'
import { agentOf, hasEnded, isHeldBack, isIdle, newItem, ruleOf, takersOf, type Item } from './reference-item'
import { ReferenceReactions } from './reference-reactions'

export abstract class ReferenceRules {
  readonly items = new Map<string, Item>()
  readonly reactions: ReferenceReactions
  /** What must have been told since somebody last looked: `<type> <subtask>`. */
  told: string[] = []
  paused = false
  pausedAgents = new Set<number>()
  planVersion = 0
  /** Why nothing goes on any more. */
  stopping = false
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

  /** How many subtasks there may still be. */
  get room(): number {
    return this.plan.maxSubtasks - this.items.size - this.reactions.waiting.length
  }

  protected holdsBack(agent: number): boolean {
    return this.paused || this.pausedAgents.has(agent)
  }

  protected fellBack(item: Item): boolean {
    return item.taker >= takersOf(item).length
  }

  protected give(item: Item, given: number | 'approved'): void {
    item.state = 'running'
    item.given = given
    delete item.expiresAt
  }

  protected spawn(item: Item, list: readonly Definition[], prefix: string): void {
    if (item.depth >= MAX_SPAWN_DEPTH || list.length > this.room) return this.fail(item, 'SpawnLimitExceeded')
    item.state = 'joining'
    item.children = this.enterList(list, prefix, item)
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

  protected enter(id: string, definition: Definition, place: Parameters<typeof newItem>[2]): Item {
    const item = newItem(id, definition, place)
    if (definition.deadlineMs !== undefined) item.deadline = this.start + definition.deadlineMs
    this.items.set(id, item)
    this.tell('task.created', item)
    return item
  }

  protected tell(type: string, { id }: Item): void {
    this.told.push(`${type} ${id}`)
  }

  protected end(item: Item, state: SubtaskOutcome, code?: string): void {
    item.state = state
    item.admitted = false
    if (code === undefined) delete item.code
    else item.code = code
    this.tell(state === 'succeeded' ? 'subtask.completed' : `subtask.${state}`, item)
  }

  /** `another` says whether another agent may be of help. */
  protected fail(item: Item, code: string, another = true, joined = false): void {
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
  protected goOn(item: Item): void {
    const mustBeLookedAt = item.definition.map || item.conditions.length > 0 || item.definition.person
    if ((mustBeLookedAt || this.agentOf(item) === HUMAN_PLACE) && item.look !== 'done') {
      item.state = 'waiting'
      item.look = 'due'
    } else item.state = 'ready'
  }

  protected settle(): void {
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
