// PURE. What goes over the wire to a run and back: the workflow's argument, its queries and signals, and the graph that it works on.
import type { Budget, OnBudget, RunBudget } from './budget'
import type { TakenOverEffect } from './effects'
import type { AgentManifest, Priority, RetrySettings, TeamManifest } from './agent'
import type { AgentEvent, EventFilter, EventSegment } from './event'
import type { JsonValue } from './json'
import type { FailurePolicy, Plan, Reaction, ReactionTask, RunIf, SubTask } from './plan'
import type { Prices } from './prices'
import type { Pause, RunStatus, StoreIdentity, SubtaskRow, SubtaskState } from './run'
import type { AgentExecution } from './activity-messages'

/** The argument of the workflow `orchestrate`. */
export interface OrchestrateInput {
  plan: Plan
  /** A manifest, or the name of a team that the orchestrator's worker serves; may be left out if the plan needs none. */
  team?: TeamManifest | string
  inputs?: JsonValue
  /** The store of whoever starts it: an orchestrator's worker with another one refuses the run. Any is right unless given. */
  store?: StoreIdentity
  /** The model of agents that name none, `<provider>/<model>`; that of the worker's environment unless given. */
  model?: string
  /** Tokens that the run's model calls may use together; 500,000 unless given. The same as `budget.tokens`. */
  maxTokens?: number
  /** What all of them may use together; before what the plan says, key by key. */
  budget?: Budget
  /** What follows when a budget is used up; what the plan says unless given, else `fail`. */
  onBudget?: OnBudget
  /** Of models that the price library does not know; beside those of the plan, and before them. */
  prices?: Prices
  /** Subtasks that the run may have in all, spawned and added ones included; 100,000 unless given. */
  maxSubtasks?: number
  /** Stays up for events until the update `close`. */
  open?: boolean
  /** The run that this one repeats, and what it takes over: made by our client. */
  retry?: RetryInput
}

export interface RetryInput {
  of: RunKey
  /** Artifact of a `Reuse`. */
  reuse: string
}

/** Results that a run takes over from the one that it repeats, by subtask id. */
export interface Reuse {
  executions: Record<string, AgentExecution>
  /** Effects of subtasks that run again: they are not done again. */
  effects?: TakenOverEffect[]
}

/** Which run a record belongs to: stable through continue-as-new and reset. */
export interface RunKey {
  workflowId: string
  firstRunId: string
}

/** What the orchestrator must know of an agent. */
export type AgentSlot = Pick<
  AgentManifest,
  'name' | 'version' | 'taskQueue' | 'maxConcurrency' | 'timeoutMs' | 'heartbeatTimeoutMs'
> & {
  retry: RetrySettings
  /** A person: its subtasks are never scheduled. */
  person?: true
}

/** What the orchestrator must know of a subtask: never its payload. */
export interface GraphNode {
  id: string
  /** Places in the run's list of agents: the candidates, in order. */
  agents: number[]
  type: string
  /** Places in the run's list of subtasks, or, in a spawn, in the spawned list. */
  dependsOn: number[]
  priority: Priority
  /** ISO time. */
  deadline?: string
  estimateMs?: number
  /** `all-succeeded` unless given. */
  runIf?: Exclude<RunIf, 'all-succeeded'>
  /** What follows its failure; `skip-dependents` unless given. */
  onFailure?: 'fail-fast' | 'hold'
  /** The agent that takes it when it has failed, as a place in the run's list of agents. */
  fallback?: number
  /** It has conditions, is a map, or is for a person: `evaluateSubtask` comes before anything else. */
  evaluate?: true
  /** How many of what it spawns may be under way at once: a map's own. */
  maxInFlight?: number
  /** What its model calls may use, and those of what it spawns. */
  budget?: Budget
}

/** A reaction as the orchestrator knows it: the template of its subtask is in the run's spec, at the same place. */
export interface ReactionRule {
  id: string
  on: string
  where?: Record<string, JsonValue>
  /** All but the payload; `id` and `dependsOn` are given at each event. */
  node: Omit<GraphNode, 'id' | 'dependsOn'>
}

/** A subtask with every default filled in, as it is kept in a spec or fragment. */
export type CheckedSubTask = SubTask &
  Required<Pick<SubTask, 'type' | 'payload' | 'priority' | 'dependsOn'>> & {
    /** The event that started it: what `{"$event": …}` in its payload stands for. */
    event?: AgentEvent
  }

/** A reaction with every default filled in. */
export interface CheckedReaction extends Required<Pick<Reaction, 'id' | 'on'>>, Pick<Reaction, 'where'> {
  run: ReactionTask & Required<Pick<ReactionTask, 'type' | 'payload' | 'priority'>>
}

/** Everything that was checked before a run began; one artifact, read by each agent's worker. */
export interface RunSpec {
  name: string
  team: TeamManifest
  inputs: JsonValue
  subtasks: CheckedSubTask[]
  /** The plan's own, and then those of agents that say `on`. */
  reactions: CheckedReaction[]
  /** Of subtasks that say nothing: spawned and added ones too. */
  onFailure?: FailurePolicy
  /** The model of agents that name none. */
  model?: string
  /** Where somebody has said what it may use. */
  budget?: Budget
  onBudget?: OnBudget
  prices?: Prices
  maxSubtasks: number
}

/** Spawned subtasks, one artifact for each spawn. Ids are full: `<spawner>/<id>`. */
export interface SpawnFragment {
  subtasks: CheckedSubTask[]
  /** Where untrusted text came from that their spawner had read. */
  untrusted?: string
}

/** What somebody tells a run. */
export interface PublishInput {
  type: string
  payload?: JsonValue
  source?: string
  correlationId?: string
}

export interface StatusInput {
  /** The first subtask wanted, by its place; 0 unless given. */
  from?: number
}

export interface StatusAnswer {
  run: RunKey
  status: RunStatus
  plan: string
  team: string
  store?: StoreIdentity
  spec?: string
  startedAt: string
  /** How many changes were made to the plan: what a change is made against. */
  planVersion: number
  /** Nothing new starts. */
  paused?: Pause
  /** Agents of the team that are paused over all its runs. */
  pausedAgents?: Record<string, Pause>
  /** It stays up for events. */
  open?: true
  /** It starts nothing for the moment, to continue as new. */
  continuing?: true
  /** Workflow id of the run that this one repeats. */
  retryOf?: string
  counts: Record<SubtaskState, number>
  /** How many subtasks there are in all. */
  total: number
  /** A page of them, from place `from` on. */
  from: number
  subtasks: SubtaskRow[]
  /** The agents that have work: queue, window, in flight, waiting for a slot. */
  agents: { name: string; taskQueue: string; window: number; inFlight: number; ready: number }[]
  /** How many events there have been. */
  events: number
  /** What its model calls may use, where somebody has said so, or has raised it. */
  budget?: RunBudget
}

export type EventsInput = EventFilter

export interface EventsAnswer {
  events: AgentEvent[]
  /** Sealed segments that hold what was asked for and is no longer in memory; read them first, then ask again. */
  segments: EventSegment[]
  /** The offset to ask after next; unchanged if there was nothing. */
  after: number
  /**
   * Up to here places are final. What follows was logged by the newest workflow task: should the server have that one
   * done again, those events may come in another order.
   */
  settled: number
  /** True if nothing was left out of the answer. */
  complete: boolean
  /** True if no event will follow. */
  closed: boolean
}
