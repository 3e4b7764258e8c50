// What the model's run hands out, and what comes of it: executions, and looks at conditions, elements and questions.
import { elementOf, holds, personOf } from './expected-outcomes'
import { fateAt, HUMAN_PLACE, type Fate } from './defined-plan'
import { isHeldBack, takersOf, type Item } from './reference-item'
import { ReferenceRules } from './reference-rules'

export type ReferenceVerdict =
  | { verdict: 'run' }
  | { verdict: 'skip' }
  | { verdict: 'ask' }
  | { verdict: 'fail' }
  | { verdict: 'map'; length: number }

export abstract class ReferenceWork extends ReferenceRules {
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
    return fateAt(definition, executions)
  }

  /** An execution has ended. */
  executed(item: Item, fate: Fate): void {
    item.executions++
    const last = item.taker + 1 >= takersOf(item).length
    if (fate === 'cancelled') this.end(item, 'cancelled', 'Cancelled')
    else if (fate === 'fail') this.fail(item, 'AgentFailed')
    else if (fate === 'succeed') this.done(item)
    else if (fate === 'suspend') this.suspended(item)
    else if (item.cancelled) this.fail(item, 'CannotHandle')
    else if (item.origin?.direct && last && !this.fellBack(item)) this.end(item, 'skipped', 'CannotHandle')
    else if (last || this.stopping) this.fail(item, 'CannotHandle')
    else {
      item.taker++
      this.goOn(item)
    }
    this.settle()
  }

  /** A person is asked about a tool's call. */
  private suspended(item: Item): void {
    if (this.stopping || item.cancelled) return this.end(item, 'cancelled', 'Cancelled')
    item.state = 'asking'
    item.asksForTool = true
    delete item.expiresAt
    this.tell('person.asked', item)
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
