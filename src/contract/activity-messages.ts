// PURE. One input and one result object for each activity of the orchestrator.
import type { BudgetLevel, RunBudget } from './budget'
import type { AskedCall } from './asked-calls'
import type { Problem } from './errors'
import type { AgentTask } from './agent'
import type { AgentEvent, EventSegment } from './event'
import type { JsonValue } from './json'
import type { CheckedAddition, CheckedReplacement, ChangeInput } from './changes'
import type { HumanRequest, PausedAgents, ToolDecision } from './people'
import type { SubTask } from './plan'
import type { Cost } from './prices'
import type { ClosedRun, StoredOutput, StoreIdentity, SubtaskError, SubtaskOutcome } from './run'
import type { OrchestrateInput, RunKey, AgentSlot, GraphNode, ReactionRule } from './messages'

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
  /** Where somebody has said what its model calls may use, or what follows when that is used up. */
  budget?: RunBudget
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

/** Which subtask it is about, apart from its id. */
export interface SubtaskInput {
  run: RunKey
  store: StoreIdentity
  spec: string
  /** Artifact of the `SpawnFragment` that holds the subtask; absent for a subtask of the plan. */
  fragment?: string
  /** The agent that is to have it; a person is asked. */
  agent: string
  /** Its dependencies that did not succeed, by id: what references to them stand for. */
  failures?: Record<string, FailedInput>
}

export interface RunAgentInput extends SubtaskInput {
  /** The newest decision on a tool's call of the subtask, or on an effect of it. */
  decided?: ToolDecision
  /** The task without its payload. */
  task: Omit<AgentTask, 'payload'>
  /** What its model calls are counted against; the run's default unless given. */
  budgets?: readonly BudgetLevel[]
}

/** What stands in the place of the output of a dependency that did not succeed (`runIf: all-done`, `any-succeeded`). */
export interface FailedInput {
  taskId: string
  status: Exclude<SubtaskOutcome, 'succeeded'>
  success: false
  error?: SubtaskError
}

/** A subtask with conditions, a map, or a question for a person, before it starts. */
export interface EvaluateInput extends SubtaskInput {
  /** The subtask's id. */
  subtask: string
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
  /** Of all attempts, in US dollars; absent if no model was called. */
  cost?: Cost
  /** Model calls of which nobody knows what was billed: cut off, or not counted by their provider, and then estimated; absent if there were none. */
  unconfirmedCalls?: number
  durationMs: number
  attempt: number
  agent: string
  agentVersion: string
  spawned?: Spawned
  /** Set if it has read what others wrote: where that came from. Whoever reads its output has read it too. */
  untrusted?: string
}

/** What an execution tells of all its attempts. */
export type Measured = Pick<AgentExecution, 'attempt' | 'durationMs' | 'tokensUsed' | 'cost' | 'unconfirmedCalls'>

/** What of it the orchestrator keeps. */
export type ReportedExecution = Measured & Pick<AgentExecution, 'spawned' | 'outputFrom'>

/** A call of a tool, or an effect, that waits for a person. */
export type SuspendedCall = AskedCall & {
  approvalId: string
  input: StoredOutput
  /** Of the workspace that a tool's call would change. */
  snapshot?: string
}

/** An execution that ended so that nobody waits with a slot in hand: after the decision another one goes on from its ledger. */
export interface SuspendedExecution extends Measured {
  suspended: SuspendedCall
}

export type RunAgentResult = (AgentExecution | SuspendedExecution) & { wait: QueueWait }

/** The first detail of a failed execution. */
export interface FailureDetails extends Partial<Measured> {
  hint?: string
  retryable: boolean
  /** What is wrong with a refused plan. */
  problems?: Problem[]
  wait?: QueueWait
}

/** What an execution tells with each heartbeat. */
export interface Heartbeat {
  /** The newest `context.progress`. */
  progress: JsonValue
  /** Tokens that all its attempts have used so far. */
  tokensUsed: number
  cost?: Cost
}

export interface SealEventsInput {
  run: RunKey
  store: StoreIdentity
  events: AgentEvent[]
}

export interface CloseRunInput extends ClosedRun {
  run: RunKey
  store: StoreIdentity
  segments: EventSegment[]
  /** The events that no segment holds yet. */
  events: AgentEvent[]
}
