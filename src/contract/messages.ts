// PURE. One input and one result object for each boundary: the workflow, its activities, signals and queries.
import type { Problem } from './errors'
import type { AgentManifest, AgentTask, Priority, RetrySettings, TeamManifest } from './agent'
import type { AgentEvent, EventFilter, EventSegment } from './event'
import type { JsonValue } from './json'
import type { Plan, SubTask } from './plan'
import type { RunCounts, RunStatus, StoredOutput, StoreIdentity, SubtaskRow, SubtaskState } from './run'

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
  /** Tokens that the run's model calls may use together; 500,000 unless given. */
  maxTokens?: number
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
}

/** A subtask with every default filled in, as it is kept in a spec or fragment. */
export type CheckedSubTask = SubTask & Required<Pick<SubTask, 'type' | 'payload' | 'priority' | 'dependsOn'>>

/** Everything that was checked before a run began; one artifact, read by each agent's worker. */
export interface RunSpec {
  name: string
  team: TeamManifest
  inputs: JsonValue
  subtasks: CheckedSubTask[]
  /** The model of agents that name none. */
  model?: string
  maxTokens: number
}

/** Spawned subtasks, one artifact for each spawn. Ids are full: `<spawner>/<id>`. */
export interface SpawnFragment {
  subtasks: CheckedSubTask[]
}

export interface PreparePlanInput extends OrchestrateInput {
  run: RunKey
  /** The workflow's time, ISO: relative deadlines count from here. */
  now: string
}

export interface PreparedRun {
  plan: string
  team: string
  store: StoreIdentity
  /** Artifact of the `RunSpec`. */
  spec: string
  agents: AgentSlot[]
  nodes: GraphNode[]
  /** Whether the server has Troupe's search attributes. */
  searchAttributes: boolean
}

export interface RunAgentInput {
  run: RunKey
  store: StoreIdentity
  spec: string
  /** Artifact of the `SpawnFragment` that holds the subtask; absent for a subtask of the plan. */
  fragment?: string
  /** The task without its payload. */
  task: Omit<AgentTask, 'payload'>
  /** The agent that is to run it. */
  agent: string
}

/** How long an execution waited for a slot, by the worker's clock. */
export interface QueueWait {
  /** The worker process. */
  worker: string
  waitMs: number
}

export interface Spawned {
  fragment: string
  nodes: GraphNode[]
}

/** What an execution leaves: returned to the orchestrator, and kept as the record of its result. */
export interface AgentExecution {
  output: StoredOutput
  /** Set if the output is that of a spawned subtask: its full id. */
  outputFrom?: string
  /** Of all attempts, as the providers counted them. */
  tokensUsed: number
  /** Model calls of which nobody knows what was billed: cut off, or not counted by their provider, and then estimated; absent if there were none. */
  unconfirmedCalls?: number
  durationMs: number
  attempt: number
  agent: string
  agentVersion: string
  spawned?: Spawned
}

export interface RunAgentResult extends AgentExecution {
  wait: QueueWait
}

/** The first detail of a failed execution. */
export interface FailureDetails {
  hint?: string
  retryable: boolean
  /** What is wrong with a refused plan. */
  problems?: Problem[]
  durationMs?: number
  attempt?: number
  /** Of all attempts so far. */
  tokensUsed?: number
  unconfirmedCalls?: number
  wait?: QueueWait
}

/** What an execution tells with each heartbeat. */
export interface Heartbeat {
  /** The newest `context.progress`. */
  progress: JsonValue
  /** Tokens that all its attempts have used so far. */
  tokensUsed: number
}

export interface SealEventsInput {
  run: RunKey
  store: StoreIdentity
  events: AgentEvent[]
}

export interface CloseRunInput {
  run: RunKey
  store: StoreIdentity
  plan: string
  team: string
  status: 'succeeded' | 'failed' | 'cancelled'
  counts: RunCounts
  startedAt: string
  endedAt: string
  subtasks: SubtaskRow[]
  segments: EventSegment[]
  /** The events that no segment holds yet. */
  events: AgentEvent[]
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
}

export type EventsInput = EventFilter

export interface EventsAnswer {
  events: AgentEvent[]
  /** Sealed segments that hold what was asked for and is no longer in memory; read them first, then ask again. */
  segments: EventSegment[]
  /** The offset to ask after next; unchanged if there was nothing. */
  after: number
  /**
   * Up to here the order is final. What follows was logged by the newest workflow task: should the server have that one
   * done again, those events may come in another order. Followers ask after this and know events by their ids.
   */
  settled: number
  /** True if nothing was left out of the answer. */
  complete: boolean
  /** True if no event will follow. */
  closed: boolean
}
