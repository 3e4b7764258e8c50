// A run by the letter of docs/semantics.md, plain and slow: here is what people and time do to it. It shares no code with RunState.
import { MAX_SPAWN_DEPTH } from '../../../src/contract/limits'
import type { Definition, Resolution } from './defined-plan'
import { personOf, REPLACED } from './expected-outcomes'
import { dependentsOf, descendantsOf, hasEnded, isDue, isHeldBack, isIdle, ruleOf, type Item } from './reference-item'
import { ReferenceWork } from './reference-work'

export class ReferenceRun extends ReferenceWork {
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

  decided(item: Item, approved: boolean): void {
    this.tell('person.decided', item)
    if (item.asksForTool) {
      item.asksForTool = false
      item.state = 'ready'
    } else if (approved) this.give(item, 'approved')
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
    if (resolution === 'replace') {
      item.replaced = true
      this.give(item, REPLACED)
    } else if (resolution === 'skip') this.end(item, 'skipped', 'SkippedByPerson')
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
}
