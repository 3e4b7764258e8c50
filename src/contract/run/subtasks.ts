// PURE. The subtasks of a run: their rows, the graph between them, and everything that follows when one of them ends.
import type { AgentEvent, TransitionType } from '../event'
import type { TakenOver } from '../activity-messages'
import type { AgentSlot } from '../messages'
import { noSubtasks, type SubtaskError, type SubtaskOutcome, type SubtaskRow, type SubtaskState } from '../run'
import { Alarms } from './alarms'
import type { CarriedBatch } from './carried'
import { afterFailure } from './failure-policy'
import { Families } from './families'
import type { Node } from './nodes'
import { ReadyQueue } from './ready-queue'
import { startRule } from './start-rule'
import { cancelledByError, cancelledError, failFastError, skippedError } from './subtask-errors'
import { endEvent, onceEvent, repeatedEvent, type NewEvent } from './transition-events'

export interface Surroundings {
  /** The workflow's time, in milliseconds. */
  now(): number
  /** Logs a transition; they come in order. */
  emit(event: NewEvent): AgentEvent
  /** The execution that is in flight is to be ended. */
  interrupt(place: number): void
}

export class Subtasks {
  readonly rows: SubtaskRow[] = []
  readonly nodes: Node[] = []
  readonly states: Record<SubtaskState, number> = noSubtasks()
  readonly queue = new ReadyQueue()
  readonly alarms = new Alarms()
  readonly families = new Families(this)
  /** All that joined the run, in order: the plan's own first. */
  readonly batches: CarriedBatch[] = []
  /** Places that are to be evaluated, in order. */
  readonly evaluations: number[] = []
  /** Why everything that has not ended is cancelled: the run was, or a subtask has failed fast. */
  ending: SubtaskError | undefined
  private readonly places = new Map<string, number>()
  private readonly jobs: (() => void)[] = []
  private working = false

  constructor(
    readonly agents: readonly AgentSlot[],
    readonly surroundings: Surroundings,
    private readonly reused: Readonly<Record<string, TakenOver>> = {},
    /** What finds its budget used up waits for a person. */
    private readonly holdsForBudget = false,
  ) {}

  placeOf(id: string): number | undefined {
    return this.places.get(id)
  }

  /** Place, in the run's list of agents, of the one that has the subtask now. */
  agentPlace(place: number): number {
    const { graph, candidate } = this.nodes[place]!
    return candidate < graph.agents.length ? graph.agents[candidate]! : graph.fallback!
  }

  /** Adds subtasks and starts what may start. Returns the place of the first. */
  add(batch: CarriedBatch): number {
    const first = this.enter(batch)
    for (const [position, { type }] of batch.nodes.entries()) {
      const { row, node } = this.at(first + position)
      this.surroundings.emit(onceEvent('task.created', this.told(first + position), { type, agent: row.agent }))
      node.met = node.graph.dependsOn.filter((place) => this.rows[place]!.state === 'succeeded').length
    }
    for (const position of batch.nodes.keys()) this.consider(first + position)
    return first
  }

  /** Without telling or starting anything. */
  enter(batch: CarriedBatch): number {
    const { nodes, fragment, spawner, origins } = batch
    const first = this.rows.length
    this.batches.push(batch)
    const below = spawner === undefined ? [] : this.queue.dependentsOf(spawner)
    const tail = below.reduce((longest, place) => Math.max(longest, this.queue.longestPath(place)), 0)
    const parent = spawner === undefined ? undefined : this.nodes[spawner]!
    for (const [position, graph] of nodes.entries()) {
      const origin = origins?.[position] ?? parent?.origin
      this.nodes.push({
        graph,
        candidate: 0,
        depth: origins?.[position]?.depth ?? (parent ? parent.depth + 1 : 0),
        met: 0,
        told: 0,
        ...(fragment === undefined ? {} : { fragment }),
        ...(origin ? { origin } : {}),
      })
      this.places.set(graph.id, first + position)
      this.rows.push({
        id: graph.id,
        agent: this.agents[graph.agents[0]!]!.name,
        state: 'waiting',
        dependsOn: graph.dependsOn,
        ...(spawner === undefined ? {} : { parent: spawner }),
        ...(fragment === undefined ? {} : { fragment }),
      })
      this.states.waiting++
    }
    this.queue.add(
      nodes.map((graph) => ({ ...graph, agent: graph.agents[0]! })),
      tail,
    )
    this.watchDeadlines(nodes.map((_, position) => first + position))
    return first
  }

  /** Starts a subtask if its dependencies allow it, or skips it; `cause` is the dependency that has just ended. */
  consider(place: number, cause?: SubtaskRow): void {
    const { row, node } = this.at(place)
    if (row.state !== 'waiting' || node.evaluation !== undefined || node.cancelledBy !== undefined) return
    const { runIf, dependsOn } = node.graph
    const rule = this.ruleOf(place)
    if (rule === 'start') this.admit(place)
    if (rule !== 'skip') return
    const missing = cause ?? dependsOn.map((other) => this.rows[other]!).find(({ state }) => isUnsuccessful(state))
    this.end(place, 'skipped', skippedError(missing!, runIf))
  }

  /** What its dependencies say, as they stand. */
  ruleOf(place: number): ReturnType<typeof startRule> {
    const { graph, met } = this.nodes[place]!
    const { runIf = 'all-succeeded', dependsOn } = graph
    return startRule(runIf, { total: dependsOn.length, open: this.queue.open(place), succeeded: met })
  }

  /** Its dependencies allow it: it starts unless its map has enough under way, or what it did is taken over. */
  admit(place: number): void {
    const { id } = this.rows[place]!
    if (Object.hasOwn(this.reused, id)) return this.later(() => this.takeOver(place, this.reused[id]!))
    if (this.families.letIn(place)) this.begin(place)
  }

  /** Is looked at first, or offered to its agent. */
  begin(place: number): void {
    const { row, node } = this.at(place)
    const agent = this.agents[this.agentPlace(place)]!
    delete row.heldBack
    row.agent = agent.name
    const look = node.graph.evaluate || agent.person
    if (!look || node.evaluation === 'done') {
      this.move(place, 'ready')
      return this.queue.offer(place, this.agentPlace(place))
    }
    this.move(place, 'waiting')
    node.evaluation = 'due'
    this.evaluations.push(place)
  }

  /** What follows a failure, as its policy says. */
  fail(place: number, error: SubtaskError, joined = false): void {
    const { row, node } = this.at(place)
    if (isEnded(row.state)) return
    for (const key of ['settling', 'heldBack', 'request', 'replacedBy'] as const) delete row[key]
    delete node.request
    delete node.retries
    if (node.cancelledBy !== undefined) return this.end(place, 'cancelled', cancelledByError(node.cancelledBy))
    if (error.code === 'Cancelled') return this.end(place, 'cancelled', this.ending ?? error)
    if (this.ending) return this.end(place, 'failed', error)
    const { graph, candidate } = node
    const fellBack = candidate >= graph.agents.length
    const what = afterFailure({
      policy: graph,
      code: error.code,
      fellBack,
      joined,
      holdsForBudget: this.holdsForBudget,
    })
    if (what === 'fallback') {
      node.candidate = graph.agents.length
      delete node.evaluation
      this.watchDeadlines([place])
      return this.begin(place)
    }
    if (what === 'hold') return this.hold(place, error)
    if (what === 'fail-fast') this.ending = failFastError(row.id)
    this.end(place, 'failed', error)
    if (what === 'fail-fast') this.endAll()
  }

  /** Ends everything that is not in flight; what is in flight is told to end. */
  cancel(): void {
    this.ending = cancelledError()
    this.endAll()
  }

  private endAll(): void {
    for (const [place, row] of this.rows.entries()) {
      if (row.state === 'running') this.surroundings.interrupt(place)
      else if (row.state !== 'joining') this.end(place, 'cancelled', this.ending)
    }
  }

  private hold(place: number, error: SubtaskError): void {
    const { row } = this.at(place)
    this.queue.withdraw(place)
    this.move(place, 'held')
    row.error = error
    this.families.release(place)
    this.tell('subtask.held', place, { error: { ...error } })
  }

  /** Ends a subtask, unless it has; what follows comes after what is under way, since chains may be thousands long. */
  end(place: number, outcome: SubtaskOutcome, error?: SubtaskError): void {
    this.later(() => {
      const { row, node } = this.at(place)
      if (isEnded(row.state)) return
      this.queue.withdraw(place)
      this.move(place, outcome)
      for (const key of ['settling', 'heldBack', 'request', 'error'] as const) delete row[key]
      delete node.request
      row.endedAt = this.isoNow()
      if (error) row.error = error
      this.surroundings.emit(endEvent(outcome, this.told(place)))
      this.families.release(place)
      this.queue.complete(place)
      for (const dependent of this.queue.dependentsOf(place)) {
        if (outcome === 'succeeded') this.nodes[dependent]!.met++
        // What waits is cancelled by whoever ends the run
        if (!this.ending) this.later(() => this.consider(dependent, outcome === 'succeeded' ? undefined : row))
      }
      if (row.parent !== undefined) this.families.childEnded(row.parent, row)
    })
  }

  /** What another run has left of the same subtask. */
  private takeOver(place: number, { spawned, outputFrom }: TakenOver): void {
    const { row } = this.at(place)
    if (row.state !== 'waiting') return // its dependencies may have ended in the same breath
    row.reused = true
    if (spawned) this.families.join(place, spawned, outputFrom)
    else this.end(place, 'succeeded')
  }

  /** One after the other, without recursion. */
  private later(job: () => void): void {
    this.jobs.push(job)
    if (this.working) return
    this.working = true
    for (const next of this.jobs) next()
    this.jobs.length = 0
    this.working = false
  }

  watchDeadlines(places: readonly number[]): void {
    this.alarms.add(
      places.flatMap((place) => {
        const { deadline } = this.nodes[place]!.graph
        return deadline === undefined ? [] : [{ at: Date.parse(deadline), place }]
      }),
    )
  }

  /** Not in flight, and not in people's hands: its deadline may end it. */
  isPending(place: number): boolean {
    const { state, settling } = this.rows[place]!
    return state === 'ready' || state === 'asking' || (state === 'waiting' && settling === undefined)
  }

  move(place: number, state: SubtaskState): SubtaskRow {
    const row = this.rows[place]!
    this.states[row.state]--
    this.states[state]++
    row.state = state
    return row
  }

  at(place: number): { row: SubtaskRow; node: Node } {
    return { row: this.rows[place]!, node: this.nodes[place]! }
  }

  isoNow(): string {
    return new Date(this.surroundings.now()).toISOString()
  }

  /** An event that may come more than once for a subtask. */
  tell(type: TransitionType, place: number, payload: Parameters<typeof repeatedEvent>[2]): void {
    const { node } = this.at(place)
    this.surroundings.emit(repeatedEvent(type, { ...this.told(place), number: node.told++ }, payload))
  }

  private told(place: number): Parameters<typeof onceEvent>[1] {
    const { row, node } = this.at(place)
    return { row, place, correlationId: node.origin?.correlationId ?? row.id }
  }
}

export function isEnded(state: SubtaskState): state is SubtaskOutcome {
  return state === 'succeeded' || isUnsuccessful(state)
}

function isUnsuccessful(state: SubtaskState): boolean {
  return state === 'failed' || state === 'skipped' || state === 'cancelled'
}
