// PURE. The state of a run and every transition of it. The workflow drives it live; a reader drives it from history.
import type { AgentEvent } from '../event'
import type { FailedInput, Measured, PreparedRun, ReportedExecution, SuspendedExecution } from '../activity-messages'
import type { AgentSlot, GraphNode } from '../messages'
import type { CloseInput, ToolDecision } from '../people'
import type { Pause, RunCounts, SubtaskError, SubtaskRow, SubtaskState } from '../run'
import { applyCarried, carryState, type CarriedState } from './carried'
import { Budgets } from './budgets'
import { Evaluations } from './evaluations'
import { failedInputs } from './failed-inputs'
import { Pauses } from './pauses'
import { PlanChanges } from './plan-changes'
import { Reactions } from './reactions'
import { Requests } from './requests'
import { lateError, spawnRefusal } from './subtask-errors'
import { Subtasks, type Surroundings } from './subtasks'
import { runEvent, type NewEvent } from './transition-events'

export { isEnded, type Surroundings } from './subtasks'
export type { CarriedState } from './carried'
export type { NewEvent } from './transition-events'

const END_EVENTS = { succeeded: 'run.completed', failed: 'run.failed', cancelled: 'run.cancelled' } as const

export class RunState {
  readonly subtasks: Subtasks
  readonly requests: Requests
  readonly changes: PlanChanges
  readonly reactions: Reactions
  readonly pauses: Pauses
  readonly evaluations: Evaluations
  readonly budgets: Budgets
  cancelling = false
  /** It was cancelled while it stayed up for events. */
  cutShort = false
  /** Stays up for events. */
  open: boolean

  private readonly options: Surroundings

  private constructor(
    readonly prepared: PreparedRun,
    { open, ...surroundings }: Surroundings & { open: boolean },
  ) {
    // What it tells may start something too
    const emit = (event: NewEvent): AgentEvent => this.observe(surroundings.emit(event))
    const options = (this.options = { ...surroundings, emit })
    const { budget } = prepared
    this.subtasks = new Subtasks(prepared.agents, options, prepared.reused, budget?.onBudget === 'hold')
    this.budgets = new Budgets(this.subtasks, budget)
    this.requests = new Requests(this.subtasks)
    this.changes = new PlanChanges(this.subtasks, prepared.maxSubtasks, () => this.reactions.waiting.length)
    this.reactions = new Reactions(prepared.reactions, this.subtasks, prepared.maxSubtasks)
    this.pauses = new Pauses(prepared.team, options)
    const join = this.join.bind(this)
    this.evaluations = new Evaluations(this.subtasks, this.pauses, this.requests, join)
    this.open = open
  }

  /** The plan's own subtasks. */
  static begin(prepared: PreparedRun, options: Surroundings & { open: boolean }): RunState {
    const state = new RunState(prepared, options)
    const { plan, team, nodes, paused } = prepared
    state.options.emit(runEvent('run.started', { plan, team, subtasks: nodes.length }))
    if (paused) state.pauses.pauseAgents(paused)
    state.subtasks.add({ nodes })
    return state
  }

  /** A run that continues as new, as it was. */
  static restore(prepared: PreparedRun, carried: CarriedState, surroundings: Surroundings): RunState {
    const state = new RunState(prepared, { ...surroundings, open: carried.open })
    applyCarried(state, carried)
    return state
  }

  carry(): CarriedState {
    return carryState(this)
  }

  get rows(): readonly SubtaskRow[] {
    return this.subtasks.rows
  }

  get states(): Readonly<Record<SubtaskState, number>> {
    return this.subtasks.states
  }

  get agents(): readonly AgentSlot[] {
    return this.subtasks.agents
  }

  get planVersion(): number {
    return this.changes.version
  }

  get paused(): Pause | undefined {
    return this.pauses.run
  }

  /** By name: over all runs of the team. */
  get pausedAgents(): Readonly<Record<string, Pause>> {
    return this.pauses.agents.agents
  }

  get finished(): boolean {
    const { waiting, ready, running, joining, asking, held } = this.states
    if (waiting + ready + running + joining + asking + held > 0) return false
    // After a fail-fast it waits for no event any more
    return this.subtasks.ending ? this.reactions.underWay === 0 : this.reactions.waiting.length === 0 && !this.open
  }

  get counts(): RunCounts {
    const { succeeded, failed, skipped, cancelled } = this.states
    return { succeeded, failed, skipped, cancelled }
  }

  /** How the run ends, once it is finished. */
  get outcome(): 'succeeded' | 'failed' | 'cancelled' {
    const { failed, cancelled } = this.states
    if (this.cancelling && (cancelled > 0 || this.cutShort)) return 'cancelled'
    return failed + cancelled + this.reactions.refused.size === 0 ? 'succeeded' : 'failed'
  }

  placeOf(id: string): number | undefined {
    return this.subtasks.placeOf(id)
  }

  graph(place: number): GraphNode {
    return this.subtasks.nodes[place]!.graph
  }

  fragment(place: number): string | undefined {
    return this.subtasks.nodes[place]!.fragment
  }

  agent(place: number): AgentSlot {
    return this.agents[this.subtasks.agentPlace(place)]!
  }

  /** What stands for the outputs of its dependencies that did not succeed. */
  failuresOf(place: number): Record<string, FailedInput> | undefined {
    return failedInputs(this.graph(place).dependsOn.map((other) => this.rows[other]!))
  }

  /** What a person has decided on a call of one of its tools, or on one of its effects. */
  decisionOn(place: number): ToolDecision | undefined {
    return this.subtasks.nodes[place]!.decided
  }

  /** Retries that were used up before it was suspended. */
  retriesOf(place: number): number {
    return this.subtasks.nodes[place]!.retries ?? 0
  }

  /** The next subtask for an agent; it is taken off its queue. */
  next(agent: number): number | undefined {
    if (this.pauses.holds(this.agents[agent]!.name)) return undefined
    return this.subtasks.queue.take(agent)
  }

  /** Handed to its agent's queue. */
  started(place: number): void {
    const row = this.subtasks.move(place, 'running')
    row.startedAt ??= this.subtasks.isoNow()
    row.agent = this.agent(place).name
    this.budgets.began(place)
    this.subtasks.tell('subtask.started', place, { agent: row.agent })
  }

  /** What an execution has returned. */
  returned(place: number, execution: ReportedExecution | SuspendedExecution): void {
    if ('suspended' in execution) this.suspended(place, execution)
    else this.succeeded(place, execution)
  }

  /** A person is asked; the retries that there were still count when it goes on. */
  private suspended(place: number, execution: SuspendedExecution): void {
    this.measure(place, execution)
    const { row, node } = this.subtasks.at(place)
    if (row.state !== 'running') return
    if (this.subtasks.ending) return this.subtasks.end(place, 'cancelled', this.subtasks.ending)
    if (node.cancelledBy !== undefined) return this.failed(place, { code: 'Cancelled', message: '', retryable: false })
    node.retries = (node.retries ?? 0) + execution.attempt - 1
    this.requests.suspend(place, execution.suspended)
  }

  succeeded(place: number, execution: ReportedExecution): void {
    this.measure(place, execution)
    const { row, node } = this.subtasks.at(place)
    const { spawned, outputFrom } = execution
    if (row.state !== 'running') return
    if (!spawned) return this.subtasks.end(place, 'succeeded')
    if (this.subtasks.ending) return this.subtasks.end(place, 'cancelled', this.subtasks.ending)
    if (node.cancelledBy !== undefined) return this.failed(place, { code: 'Cancelled', message: '', retryable: false })
    this.join(place, spawned, outputFrom)
  }

  failed(place: number, error: SubtaskError, ended: Partial<Measured> = {}): void {
    this.measure(place, ended)
    if (error.code === 'BudgetExceeded' && this.mayGoOn(place)) {
      this.subtasks.watchDeadlines([place]) // it may have been forgotten while the subtask ran
      return this.subtasks.begin(place)
    }
    this.subtasks.fail(place, error)
  }

  /** Its agent will not have it: the next candidate takes it, or it fails; what an event started is skipped. */
  refused(place: number, error: SubtaskError, ended: Partial<Measured> = {}): void {
    this.measure(place, ended)
    const { node } = this.subtasks.at(place)
    const { candidate, graph, origin, cancelledBy } = node
    const isLast = candidate + 1 >= graph.agents.length
    const isReaction = origin !== undefined && this.rows[place]!.parent === undefined
    // A fallback that refuses does not undo the failure before it
    if (isLast && isReaction && candidate < graph.agents.length && cancelledBy === undefined)
      return this.subtasks.end(place, 'skipped', error)
    if (isLast || this.subtasks.ending || cancelledBy !== undefined) return this.failed(place, error)
    node.candidate++
    delete node.retries
    this.subtasks.watchDeadlines([place]) // it may have been forgotten while the subtask ran
    this.subtasks.begin(place)
  }

  /** An event that was published, once it is in the log. What comes while the final document is written starts nothing. */
  observe(event: AgentEvent): AgentEvent {
    if (!this.changes.over) this.reactions.observe(event)
    return event
  }

  /** Fails what has not been started by its deadline, and closes requests. Returns the next moment to look, in milliseconds. */
  expire(): number | undefined {
    const { alarms } = this.subtasks
    const now = this.options.now()
    const { due, next } = alarms.take(now, ({ place }) => this.subtasks.isPending(place))
    for (const { at, place } of due) {
      // What depends on a failed one is skipped, though it may be due itself
      if (!this.subtasks.isPending(place)) continue
      const { deadline } = this.graph(place)
      // Whichever came first counts, however late anybody looks
      if (deadline !== undefined && Date.parse(deadline) <= at) this.failed(place, lateError(Date.parse(deadline)))
      else if (this.rows[place]!.request?.expiresAt === new Date(at).toISOString()) this.requests.expire(place)
    }
    return next
  }

  /** Ends everything that is not in flight; what is in flight ends when its agent does. */
  cancel(): void {
    this.cancelling = true
    this.cutShort = this.open
    this.open = false
    this.reactions.drop()
    this.subtasks.cancel()
  }

  /** An open run ends when what it has is done. */
  close({ by }: CloseInput): void {
    if (!this.open) return
    this.open = false
    this.options.emit(runEvent('run.closing', { by }))
  }

  /** The last event. */
  end(): void {
    this.changes.over = true
    this.options.emit(runEvent(END_EVENTS[this.outcome], { ...this.counts }))
  }

  private join(place: number, spawned: NonNullable<ReportedExecution['spawned']>, outputFrom?: string): void {
    const { maxSubtasks } = this.prepared
    const limits = { total: this.rows.length + this.reactions.waiting.length, maxSubtasks }
    const refusal = spawnRefusal(this.subtasks.at(place).node.depth, spawned.nodes.length, limits)
    if (refusal) this.subtasks.fail(place, refusal)
    else this.subtasks.families.join(place, spawned, outputFrom)
  }

  /** Somebody has raised a budget while it ran into one. */
  private mayGoOn(place: number): boolean {
    const { row, node } = this.subtasks.at(place)
    const isOver = this.subtasks.ending !== undefined || node.cancelledBy !== undefined
    return row.state === 'running' && !isOver && this.budgets.raisedSince(place)
  }

  /** What the execution that has just ended tells of all attempts. */
  private measure(place: number, { attempt, durationMs, tokensUsed, cost, unconfirmedCalls }: Partial<Measured>): void {
    const row = this.rows[place]!
    if (cost !== undefined) row.cost = cost
    if (attempt !== undefined) row.attempt = attempt + (this.subtasks.nodes[place]!.retries ?? 0)
    if (durationMs !== undefined) row.durationMs = durationMs
    // One that called no model need not know what the candidate before it has used
    if (tokensUsed !== undefined) row.tokensUsed = Math.max(row.tokensUsed ?? 0, tokensUsed)
    if (unconfirmedCalls !== undefined) row.unconfirmedCalls = unconfirmedCalls
  }
}
