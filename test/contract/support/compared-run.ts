// A run's state and the model of it, side by side: one thing happens to both, and then they are compared.
import { isDeepStrictEqual } from 'node:util'
import type { PreparedRun } from '../../../src/contract/activity-messages'
import type { AgentEvent } from '../../../src/contract/event'
import { ORCHESTRATOR_SOURCE } from '../../../src/contract/names'
import { RunState, type NewEvent, type Surroundings } from '../../../src/contract/run/run-state'
import { START } from './begin-run'
import { compare, told } from './compare'
import type { DefinedPlan } from './defined-plan'
import { preparedOf } from './defined-nodes'
import type { Item } from './reference-item'
import { ReferenceRun } from './reference-run'

/** What is under way outside of the state: it does not survive a continue-as-new. */
export type Work = { kind: 'execution' | 'look' | 'keep'; place: number } | { kind: 'react' }

export abstract class ComparedRun {
  readonly model: ReferenceRun
  readonly inFlight: Work[] = []
  readonly interrupted = new Set<number>()
  /** What was done, for whoever looks for a mistake. */
  readonly trace: string[] = []
  readonly keys = new Set<string>()
  readonly events: AgentEvent[] = []
  readonly begun = START
  now = START
  state!: RunState
  private readonly prepared: PreparedRun
  private logged: AgentEvent[] = []

  constructor(plan: DefinedPlan, open: boolean) {
    this.prepared = preparedOf(plan)
    this.model = new ReferenceRun(plan, open, START)
    this.act('begin', () => {
      this.state = RunState.begin(this.prepared, { ...this.surroundings(), open })
    })
  }

  /** One thing that happens to both; what follows from it is looked at together. */
  act(what: string, work: () => void): void {
    this.trace.push(what)
    const wasStopping = this.model.stopping
    work()
    for (let next = this.state.expire(); next !== undefined && next <= this.now;) next = this.state.expire()
    this.model.tick(this.now)
    compare(this, wasStopping)
    this.seeEvents()
  }

  item(place: number): Item {
    return this.model.at(this.state.rows[place]!.id)
  }

  placeOf(item: Item): number {
    const place = this.state.placeOf(item.id)
    if (place === undefined) throw new Error(`the run has no subtask "${item.id}"`)
    return place
  }

  /** Continues as new: only what `carry` gives goes on. */
  carry(): void {
    this.act('carry', () => {
      const carried = JSON.parse(JSON.stringify(this.state.carry())) as ReturnType<RunState['carry']>
      const rows = JSON.parse(JSON.stringify(this.state.rows)) as unknown
      this.state = RunState.restore(this.prepared, carried, this.surroundings())
      same('the rows after a continue-as-new', JSON.parse(JSON.stringify(this.state.rows)), rows)
      same('what is carried the next time', JSON.parse(JSON.stringify(this.state.carry())), carried)
    })
  }

  private surroundings(): Surroundings {
    return { now: () => this.now, emit: (event) => this.log(event), interrupt: (place) => this.interrupted.add(place) }
  }

  protected log({ key, ...event }: NewEvent): AgentEvent {
    if (this.keys.has(key)) throw new Error(`a second event has the key ${key}`)
    this.keys.add(key)
    const logged = {
      ...event,
      id: `run#${key}`,
      timestamp: new Date(this.now).toISOString(),
      offset: this.events.length,
    }
    this.logged.push(logged)
    this.events.push(logged)
    return logged
  }

  /** Holds what was told against what had to be told, and both may start reactions. */
  private seeEvents(): void {
    const events = this.logged
    this.logged = []
    same('what is told of subtasks', events.flatMap(told).sort().join('\n'), this.model.told.sort().join('\n'))
    this.model.told = []
    if (this.model.stopping) return
    for (const event of events) {
      const { subtask } = (event.payload ?? {}) as { subtask?: string }
      const about = this.model.items.get((event.source === ORCHESTRATOR_SOURCE ? subtask : event.source) ?? '')
      this.model.reactions.saw(event, about, this.model.room)
    }
  }
}

export function same(what: string, found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected))
    throw new Error(`${what}\n   is: ${JSON.stringify(found)}\n must: ${JSON.stringify(expected)}`)
}
