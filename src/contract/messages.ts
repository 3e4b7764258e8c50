// PURE. One input and one result object for each boundary: the workflow, its activities, signals and queries.
import type { Problem } from './errors'
import type { AgentManifest, AgentTask, Priority, RetrySettings, TeamManifest } from './agent'
import type { AgentEvent, EventFilter, EventSegment } from './event'
import type { JsonValue } from './json'
import type { CheckedAddition, CheckedReplacement, ChangeInput } from './changes'
import type { HumanRequest, PausedAgents } from './people'
import type { FailurePolicy, Plan, Reaction, ReactionTask, RunIf, SubTask } from './plan'
import type {
  Pause,
  RunCounts,
  RunStatus,
  StoredOutput,
  StoreIdentity,
  SubtaskError,
  SubtaskOutcome,
  SubtaskRow,
  SubtaskState,
} from './run'

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
  maxTokens: number
  maxSubtasks: number
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
  reactions: ReactionRule[]
  maxSubtasks: number
  /** Whether the server has Troupe's search attributes. */
  searchAttributes: boolean
  /** Agents of the team that were paused when the run began. */
  paused?: PausedAgents
  /** History events from which the run continues as new; the default unless given. For tests. */
  continueAfterEvents?: number
  /** The run that this one repeats, and what it takes over. */
  retryOf?: string
  reused?: Record<string, TakenOver>
}

/** What the orchestrator must know of a result that is taken over: the rest is in its record. */
export type TakenOver = Pick<AgentExecution, 'spawned' | 'outputFrom'>

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
  /** Its dependencies that did not succeed, by id: what references to them stand for. */
  failures?: Record<string, FailedInput>
}

/** What stands in the place of the output of a dependency that did not succeed (`runIf: all-done`, `any-succeeded`). */
export interface FailedInput {
  taskId: string
  status: Exclude<SubtaskOutcome, 'succeeded'>
  success: false
  error?: SubtaskError
}

/** A subtask with conditions, a map, or a question for a person, before it starts. */
export interface EvaluateInput extends Pick<RunAgentInput, 'run' | 'store' | 'spec' | 'fragment' | 'failures'> {
  /** The subtask's id. */
  subtask: string
  /** The agent that is to have it: a person is asked. */
  agent: string
}

/** What is to become of it. */
export type Verdict =
  | { verdict: 'run' }
  | { verdict: 'skip'; reason: string }
  /** The elements of a map, as subtasks; its record is in the store. */
  | { verdict: 'map'; spawned: Spawned }
  | { verdict: 'ask'; request: HumanRequest }

/** Writes down the output that a person gave: a decision's, or that of a held subtask. */
export interface KeepOutputInput {
  run: RunKey
  store: StoreIdentity
  subtask: string
  agent: string
  output: JsonValue
}

/** What is known of the run's subtasks where a change is checked. */
export interface CheckChangeInput {
  run: RunKey
  store: StoreIdentity
  spec: string
  /** The workflow's time, ISO. */
  now: string
  /** By place: id, fragment, and the places of dependencies. External storage takes what is large. */
  known: { id: string; fragment?: string; dependsOn: number[] }[]
  change: { add: SubTask[] } | { replace: Omit<ChangeInput, 'version' | 'by'> }
}

export type CheckedChange = { added: CheckedAddition } | { replaced: CheckedReplacement }

/** Events that matched reactions: each becomes a subtask. */
export interface ReactInput {
  run: RunKey
  store: StoreIdentity
  spec: string
  /** In order; `id` is the subtask's. */
  matches: { reaction: number; id: string; event: AgentEvent }[]
}

/** The artifact of the `SpawnFragment` that holds them. */
export interface Reacted {
  fragment: string
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
  /** Set if the output is the list of those of so many subtasks, `<id>/0` and on: of a map. */
  outputOfEach?: number
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

/** What of it the orchestrator keeps. */
export type ReportedExecution = Pick<
  AgentExecution,
  'spawned' | 'outputFrom' | 'attempt' | 'durationMs' | 'tokensUsed' | 'unconfirmedCalls'
>

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
  planVersion: number
  retryOf?: string
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
