// PURE. The state of a run and every transition of it. The workflow drives it live; a reader drives it from history.
import type { AgentExecution, AgentSlot, GraphNode } from '../messages'
import type { RunCounts, SubtaskError, SubtaskOutcome, SubtaskRow, SubtaskState } from '../run'
import { Deadlines } from './deadlines'
import { ReadyQueue } from './ready-queue'
import { cancelledError, lateError, skippedError, spawnedError, spawnRefusal } from './subtask-errors'
import { endEvent, runEvent, subtaskEvent, type NewEvent, type Told } from './transition-events'

export type { NewEvent } from './transition-events'

/** What a run keeps of a subtask besides its row. */
interface Node {
  graph: GraphNode
  /** Which of the candidates has it now. */
  candidate: number
  depth: number
  /** Spawned subtasks that have not ended, and those that did not succeed. */
  open: number
  unsuccessful: string[]
  /** Artifact of the fragment that it came from; none for the plan's own. */
  fragment?: string
}

export interface Ended {
  durationMs?: number
  attempt?: number
  tokensUsed?: number
  unconfirmedCalls?: number
}

export class RunState {
  readonly rows: SubtaskRow[] = []
  readonly states: Record<SubtaskState, number> = {
    waiting: 0,
    ready: 0,
    running: 0,
    joining: 0,
    succeeded: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
  }
  readonly queue = new ReadyQueue()
  cancelling = false
  private readonly nodes: Node[] = []
  private readonly deadlines = new Deadlines()

  /** `now` is the workflow's time; `emit` receives every transition, in order. */
  constructor(
    readonly agents: readonly AgentSlot[],
    private readonly now: () => number,
    private readonly emit: (event: NewEvent) => void,
  ) {}

  /** The plan's own subtasks. */
  begin(plan: string, team: string, nodes: readonly GraphNode[]): void {
    this.emit(runEvent('run.started', { plan, team, subtasks: nodes.length }))
    this.add(nodes)
  }

  get finished(): boolean {
    return this.states.waiting + this.states.ready + this.states.running + this.states.joining === 0
  }

  get counts(): RunCounts {
    const { succeeded, failed, skipped, cancelled } = this.states
    return { succeeded, failed, skipped, cancelled }
  }

  /** How the run ends, once it is finished. */
  get outcome(): 'succeeded' | 'failed' | 'cancelled' {
    const { failed, cancelled } = this.states
    if (failed + cancelled === 0) return 'succeeded'
    return this.cancelling && cancelled > 0 ? 'cancelled' : 'failed'
  }

  graph(place: number): GraphNode {
    return this.nodes[place]!.graph
  }

  fragment(place: number): string | undefined {
    return this.nodes[place]!.fragment
  }

  agent(place: number): AgentSlot {
    const { graph, candidate } = this.nodes[place]!
    return this.agents[graph.agents[candidate]!]!
  }

  /** The next subtask for an agent; it is taken off its queue. */
  next(agent: number): number | undefined {
    return this.queue.take(agent)
  }

  /** Handed to its agent's queue. */
  started(place: number): void {
    const row = this.move(place, 'running')
    row.startedAt ??= this.isoNow()
    row.agent = this.agent(place).name
    this.emit(subtaskEvent('subtask.started', this.told(place), { agent: row.agent }))
  }

  succeeded(place: number, execution: AgentExecution): void {
    this.measure(place, execution)
    if (!execution.spawned) return this.end(place, 'succeeded')
    if (this.cancelling) return this.end(place, 'cancelled', cancelledError())
    const refusal = spawnRefusal(this.nodes[place]!.depth, execution.spawned.nodes.length, this.rows.length)
    if (refusal) return this.end(place, 'failed', refusal)
    if (execution.spawned.nodes.length === 0) return this.end(place, 'succeeded')
    this.move(place, 'joining')
    this.nodes[place]!.open = execution.spawned.nodes.length
    this.add(execution.spawned.nodes, { place, fragment: execution.spawned.fragment })
  }

  failed(place: number, error: SubtaskError, ended: Ended = {}): void {
    this.measure(place, ended)
    this.end(place, error.code === 'Cancelled' ? 'cancelled' : 'failed', error)
  }

  /** Its agent will not have it: the next candidate takes it, or it fails. */
  refused(place: number, error: SubtaskError, ended: Ended = {}): void {
    this.measure(place, ended)
    const node = this.nodes[place]!
    if (this.cancelling || node.candidate + 1 >= node.graph.agents.length) return this.failed(place, error)
    node.candidate++
    this.watchDeadlines([place]) // it may have been forgotten while the subtask ran
    this.ready(place)
  }

  /** Fails what has not been started by its deadline. Returns the next deadline to look at, in milliseconds. */
  expire(): number | undefined {
    const { due, next } = this.deadlines.take(this.now(), (place) => this.isPending(place))
    // What depends on a failed one is skipped, though it may be due itself
    for (const { at, place } of due) if (this.isPending(place)) this.failed(place, lateError(at))
    return next
  }

  /** Ends everything that is not in flight; what is in flight ends when its agent does. */
  cancel(): void {
    this.cancelling = true
    for (const place of this.rows.keys()) {
      if (this.isPending(place)) this.end(place, 'cancelled', cancelledError())
    }
  }

  /** The last event. */
  close(): void {
    const type = { succeeded: 'run.completed', failed: 'run.failed', cancelled: 'run.cancelled' }[this.outcome]
    this.emit(runEvent(type, { ...this.counts }))
  }

  private add(nodes: readonly GraphNode[], spawner?: { place: number; fragment: string }): void {
    const first = this.rows.length
    const tail = spawner
      ? this.queue
          .dependentsOf(spawner.place)
          .reduce((longest, place) => Math.max(longest, this.queue.longestPath(place)), 0)
      : 0
    const placed = nodes.map((node) => ({ ...node, dependsOn: node.dependsOn.map((place) => first + place) }))
    const depth = spawner ? this.nodes[spawner.place]!.depth + 1 : 0
    for (const graph of placed) {
      const agent = this.agents[graph.agents[0]!]!.name
      this.nodes.push({
        graph,
        candidate: 0,
        depth,
        open: 0,
        unsuccessful: [],
        ...(spawner ? { fragment: spawner.fragment } : {}),
      })
      this.rows.push({
        id: graph.id,
        agent,
        state: 'waiting',
        dependsOn: graph.dependsOn,
        ...(spawner ? { parent: spawner.place } : {}),
      })
      this.states.waiting++
      this.emit(subtaskEvent('task.created', this.told(this.rows.length - 1), { type: graph.type, agent }))
    }
    this.watchDeadlines(nodes.map((_, position) => first + position))
    const ready = this.queue.add(
      placed.map((graph) => ({ ...graph, agent: graph.agents[0]! })),
      tail,
    )
    for (const place of ready) this.ready(place)
  }

  private watchDeadlines(places: readonly number[]): void {
    const deadlines = places.flatMap((place) => {
      const { deadline } = this.graph(place)
      return deadline === undefined ? [] : [{ at: Date.parse(deadline), place }]
    })
    this.deadlines.add(deadlines)
  }

  private isPending(place: number): boolean {
    const { state } = this.rows[place]!
    return state === 'waiting' || state === 'ready'
  }

  private ready(place: number): void {
    this.move(place, 'ready')
    const { graph, candidate } = this.nodes[place]!
    this.queue.offer(place, graph.agents[candidate]!)
  }

  /** Ends a subtask and everything that follows from it, without recursion: chains may be thousands long. */
  private end(place: number, outcome: SubtaskOutcome, error?: SubtaskError): void {
    const work: { place: number; outcome: SubtaskOutcome; error?: SubtaskError }[] = [{ place, outcome, error }]
    for (const ending of work) {
      const row = this.rows[ending.place]!
      if (isEnded(row.state)) continue
      this.queue.withdraw(ending.place)
      this.move(ending.place, ending.outcome)
      row.endedAt = this.isoNow()
      if (ending.error) row.error = ending.error
      this.emit(endEvent(ending.outcome, this.told(ending.place)))
      if (ending.outcome === 'succeeded') for (const next of this.queue.complete(ending.place)) this.release(next)
      else
        for (const next of this.queue.dependentsOf(ending.place)) work.push({ place: next, ...this.consequence(row) })
      if (row.parent !== undefined) work.push(...this.joined(row.parent, row))
    }
  }

  private release(place: number): void {
    if (this.rows[place]!.state === 'waiting') this.ready(place)
  }

  private consequence(row: SubtaskRow): { outcome: SubtaskOutcome; error: SubtaskError } {
    if (this.cancelling) return { outcome: 'cancelled', error: cancelledError() }
    return { outcome: 'skipped', error: skippedError(row) }
  }

  /** One of a spawner's subtasks has ended; with the last one the spawner ends too. */
  private joined(
    parent: number,
    child: SubtaskRow,
  ): { place: number; outcome: SubtaskOutcome; error?: SubtaskError }[] {
    const node = this.nodes[parent]!
    node.open--
    if (child.state !== 'succeeded') node.unsuccessful.push(`"${child.id}" ${child.state}`)
    if (node.open > 0) return []
    if (node.unsuccessful.length === 0) return [{ place: parent, outcome: 'succeeded' }]
    if (this.cancelling) return [{ place: parent, outcome: 'cancelled', error: cancelledError() }]
    return [{ place: parent, outcome: 'failed', error: spawnedError(node.unsuccessful) }]
  }

  /** What the execution that has just ended tells of all attempts. */
  private measure(place: number, { attempt, durationMs, tokensUsed, unconfirmedCalls }: Ended): void {
    const row = this.rows[place]!
    if (attempt !== undefined) row.attempt = attempt
    if (durationMs !== undefined) row.durationMs = durationMs
    // One that called no model need not know what the candidate before it has used
    if (tokensUsed !== undefined) row.tokensUsed = Math.max(row.tokensUsed ?? 0, tokensUsed)
    if (unconfirmedCalls !== undefined) row.unconfirmedCalls = unconfirmedCalls
  }

  private move(place: number, state: SubtaskState): SubtaskRow {
    const row = this.rows[place]!
    this.states[row.state]--
    this.states[state]++
    row.state = state
    return row
  }

  private told(place: number): Told {
    return { row: this.rows[place]!, place, candidate: this.nodes[place]!.candidate }
  }

  private isoNow(): string {
    return new Date(this.now()).toISOString()
  }
}

export function isEnded(state: SubtaskState): state is SubtaskOutcome {
  return state === 'succeeded' || state === 'failed' || state === 'skipped' || state === 'cancelled'
}
