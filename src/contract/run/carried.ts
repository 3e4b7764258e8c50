// PURE. What a run takes along when it continues as new: its state, compact, beside the graph that never changes.
import type { CarriedBudgets } from './budgets'
import type { EventSegment, AgentEvent } from '../event'
import type { GraphNode } from '../messages'
import type { DecisionAnswer, HumanRequest, PausedAgents } from '../people'
import { SUBTASK_STATES, type Pause, type SubtaskError, type SubtaskRow } from '../run'
import type { Children, Node } from './nodes'
import type { Match } from './reactions'
import type { Given } from './requests'
import type { RunState } from './run-state'
import { isEnded, type Subtasks } from './subtasks'

/** Which reactions led to a subtask, and how deep. */
export interface Origin {
  depth: number
  reactions: number[]
  correlationId?: string
}

/** Subtasks that joined the run after its start, in their order. `dependsOn` holds places in the run's list. */
export interface CarriedBatch {
  nodes: GraphNode[]
  fragment?: string
  spawner?: number
  origins?: Origin[]
}

/** What few subtasks have. */
type Rare = Partial<
  Pick<
    SubtaskRow,
    'settling' | 'heldBack' | 'reused' | 'replacedBy' | 'error' | 'request' | 'unconfirmedCalls' | 'agent' | 'cost'
  >
> &
  Partial<
    Pick<
      Node,
      'candidate' | 'evaluation' | 'admitted' | 'cancelledBy' | 'decided' | 'retries' | 'suspendedAt' | 'waitedMs'
    >
  > & {
    asked?: HumanRequest
    children?: Children
  }

/** State (its place in SUBTASK_STATES), started and ended (ms, 0: not yet), attempt, duration (ms), tokens, events told. */
export type CarriedRow = [number, number?, number?, number?, number?, number?, number?, Rare?]

export interface CarriedState {
  open: boolean
  cancelling: boolean
  cutShort: boolean
  ending?: SubtaskError
  planVersion: number
  paused?: Pause
  pausedAgents: PausedAgents
  pausesTold: number
  batches: CarriedBatch[]
  /** Subtasks whose definition somebody replaced. */
  replaced: { place: number; graph: GraphNode; fragment?: string }[]
  /** By place. */
  rows: CarriedRow[]
  /** Places that are ready, in the order in which they became so; and those that are to be evaluated. */
  ready: number[]
  evaluations: number[]
  answers: DecisionAnswer[]
  given: Given[]
  /** Absent where nobody has raised one, and no agent with limited wall time has begun. */
  budgets?: CarriedBudgets
  reactions: { waiting: Match[]; underWay: number; counts: number[]; refused: number[] }
}

/** The log, the windows and the clock of a run, beside its state. */
export interface CarriedRun {
  state: CarriedState
  /** ISO time at which the first link began. */
  startedAt: string
  segments: EventSegment[]
  /** Events that no segment holds. */
  events: AgentEvent[]
  /** How many were published. */
  published: number
  /** Of each agent, by its place. */
  windows: number[]
}

export function carryState(state: RunState): CarriedState {
  const { subtasks, requests, changes, reactions, pauses, open, cancelling, cutShort } = state
  const { ending } = subtasks
  const budgets = state.budgets.carry()
  return {
    open,
    cancelling,
    cutShort,
    ...(ending ? { ending } : {}),
    planVersion: changes.version,
    ...(pauses.run ? { paused: pauses.run } : {}),
    pausedAgents: pauses.agents,
    pausesTold: pauses.told,
    batches: subtasks.batches.slice(1),
    replaced: [...changes.replacedPlaces].map((place) => {
      const { graph, fragment } = subtasks.nodes[place]!
      return { place, graph, ...(fragment === undefined ? {} : { fragment }) }
    }),
    rows: subtasks.rows.map((row, place) => carryRow(row, subtasks.nodes[place]!, subtasks)),
    ready: subtasks.queue.offered(),
    evaluations: [...subtasks.evaluations],
    answers: [...requests.answers.values()],
    given: [...requests.given],
    ...(budgets ? { budgets } : {}),
    reactions: {
      waiting: [...reactions.waiting],
      underWay: reactions.underWay,
      counts: [...reactions.counts],
      refused: [...reactions.refused],
    },
  }
}

/** Puts a state that was carried into one that is empty. */
export function applyCarried(state: RunState, carried: CarriedState): void {
  const { subtasks, requests, changes, reactions, pauses } = state
  state.cancelling = carried.cancelling
  state.cutShort = carried.cutShort
  subtasks.enter({ nodes: state.prepared.nodes })
  for (const batch of carried.batches) subtasks.enter(batch)
  changes.version = carried.planVersion
  for (const { place, graph, fragment } of carried.replaced) changes.put(place, graph, fragment)
  for (const [place, row] of carried.rows.entries()) applyRow(place, row, subtasks)
  for (const [place, row] of subtasks.rows.entries()) if (isEnded(row.state)) subtasks.queue.complete(place)
  for (const node of subtasks.nodes)
    node.met = node.graph.dependsOn.filter((place) => subtasks.rows[place]!.state === 'succeeded').length
  for (const place of carried.ready) subtasks.queue.offer(place, subtasks.agentPlace(place))
  subtasks.evaluations.push(...carried.evaluations)
  subtasks.ending = carried.ending
  if (carried.budgets) state.budgets.restore(carried.budgets)
  pauses.run = carried.paused
  pauses.agents = carried.pausedAgents
  pauses.told = carried.pausesTold
  for (const answer of carried.answers) requests.answers.set(answer.requestId, answer)
  requests.given.push(...carried.given)
  reactions.waiting.push(...carried.reactions.waiting)
  reactions.underWay = carried.reactions.underWay
  for (const [at, count] of carried.reactions.counts.entries()) reactions.counts[at] = count
  for (const at of carried.reactions.refused) reactions.refused.add(at)
}

function carryRow(row: SubtaskRow, node: Node, { agents }: Subtasks): CarriedRow {
  const { settling, heldBack, reused, replacedBy, error, request, unconfirmedCalls, cost } = row
  const { candidate, evaluation, admitted, cancelledBy, decided, retries, suspendedAt, waitedMs, request: asked } = node
  const children = isEnded(row.state) ? undefined : node.spawned
  const agent = row.agent === agents[node.graph.agents[0]!]!.name ? undefined : row.agent
  const known = {
    settling,
    heldBack,
    reused,
    replacedBy,
    error,
    request,
    unconfirmedCalls,
    cost,
    agent,
    evaluation,
    admitted,
    cancelledBy,
    decided,
    retries,
    suspendedAt,
    waitedMs: waitedMs || undefined,
  }
  const rare = { ...known, candidate: candidate || undefined, asked, children }
  const isRare = Object.values(rare).some((value) => value !== undefined)
  const { startedAt, endedAt, attempt = 0, durationMs = -1, tokensUsed = -1 } = row
  const carried: CarriedRow = [
    SUBTASK_STATES.indexOf(row.state),
    startedAt === undefined ? 0 : Date.parse(startedAt),
    endedAt === undefined ? 0 : Date.parse(endedAt),
    attempt,
    durationMs,
    tokensUsed,
    node.told,
  ]
  if (isRare) carried.push(rare as Rare)
  return carried
}

function applyRow(place: number, carried: CarriedRow, subtasks: Subtasks): void {
  const [state, started = 0, ended = 0, attempt = 0, durationMs = -1, tokensUsed = -1, told = 0, rare = {}] = carried
  const { row, node } = subtasks.at(place)
  const { candidate = 0, evaluation, admitted, cancelledBy, decided, retries, suspendedAt, waitedMs, ...others } = rare
  const { asked, children, ...ofRow } = others
  subtasks.move(place, SUBTASK_STATES[state]!)
  Object.assign(row, ofRow)
  if (started > 0) row.startedAt = new Date(started).toISOString()
  if (ended > 0) row.endedAt = new Date(ended).toISOString()
  if (attempt > 0) row.attempt = attempt
  if (durationMs >= 0) row.durationMs = durationMs
  if (tokensUsed >= 0) row.tokensUsed = tokensUsed
  Object.assign(node, { told, candidate })
  if (evaluation) node.evaluation = evaluation
  if (admitted !== undefined) node.admitted = admitted
  if (cancelledBy !== undefined) node.cancelledBy = cancelledBy
  if (decided) node.decided = decided
  if (retries !== undefined) node.retries = retries
  if (suspendedAt !== undefined) node.suspendedAt = suspendedAt
  if (waitedMs !== undefined) node.waitedMs = waitedMs
  if (asked) node.request = asked
  if (children) node.spawned = children
  const { expiresAt } = row.request ?? {}
  if (expiresAt !== undefined) subtasks.alarms.add([{ at: Date.parse(expiresAt), place }])
}
