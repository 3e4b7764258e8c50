// PURE. Plans as people and programs write them, and references inside payloads.
import type { AgentTask } from './agent'
import type { Budget, OnBudget } from './budget'
import type { JsonObject, JsonValue } from './json'
import type { Prices } from './prices'
import type { McpServer, ToolEntry } from './tools'

/**
 * What follows when a subtask has failed for good. `skip-dependents`: the others go on. `fail-fast`: everything else is
 * cancelled and the run fails. `hold`: the subtask waits for a person. `fallback`: that agent takes the task; should it
 * fail too, the plan's policy applies, or `skip-dependents` where that is a fallback itself.
 */
export type FailurePolicy = 'skip-dependents' | 'fail-fast' | 'hold' | { fallback: string }

/** How its dependencies must have ended for a subtask to run. All three wait until every one of them has, or cannot any more. */
export type RunIf = 'all-succeeded' | 'all-done' | 'any-succeeded'

/** One condition on a value; it makes the dependency. Exactly one of the four tests is given. */
export interface Condition {
  /** The id of a subtask, or `inputs`. */
  from: string
  /** JSON Pointer into the output; the whole output unless given. */
  path?: string
  equals?: JsonValue
  notEquals?: JsonValue
  in?: JsonValue[]
  exists?: boolean
}

/** One subtask for each element of a list, with the list of their outputs as the output of all. It makes the dependency. */
export interface ForEach {
  /** The id of a subtask, or `inputs`. */
  from: string
  /** JSON Pointer to the list; the whole output unless given. */
  path?: string
  /** How many of them are under way at once; as many as the agent takes unless given. */
  maxInFlight?: number
}

/** A task and its place in a plan. Only `id` is required. The same shape in a file, in code and on the wire. */
export interface SubTask extends Partial<Omit<AgentTask, 'id'>> {
  /** At most 128 characters, no `/`, not `inputs`. */
  id: string
  /** The agent's name; without it the manifest's capabilities give the candidates for `type`. */
  agentType?: string
  /** Ids of subtasks that must end first, as `runIf` says; references in the payload add to them. */
  dependsOn?: string[]
  /** `all-succeeded` unless given. */
  runIf?: RunIf
  /** All must hold, or the subtask is skipped. */
  when?: Condition[]
  /** In the payload `{"$element": "<JSON Pointer>"}` stands for (a part of) the element; without a payload it is the element. */
  forEach?: ForEach
  /** The plan's unless given. */
  onFailure?: FailurePolicy
  /** How long it may take, in milliseconds; only the order of scheduling follows from it. */
  estimateMs?: number
  /** What its model calls may use in all attempts, those of what it spawns included. */
  budget?: Budget
}

/** An agent that a plan declares: a program, a model, or a known agent under other settings. */
export interface InlineAgent {
  command?: string[]
  use?: string
  /** The system message of a model. */
  instructions?: string
  /** Where an `openai-compatible/…` model is served; what the environment names unless given. */
  baseUrl?: string
  /** The tools of a model, by name or with their conditions; it has no others. */
  tools?: ToolEntry[]
  /** MCP servers by name; their tools are listed in `tools` as `<server>/<tool>`. */
  mcp?: Record<string, McpServer>
  /** Model calls in one execution, with tools; 20 unless given. */
  maxSteps?: number
  /** Tokens that the model reads and writes at most in one call; as the price library knows unless given. */
  contextWindow?: number
  cwd?: string
  env?: string[]
  version?: string
  capabilities?: string[]
  /** Event types of which each starts a task for it. */
  on?: string[]
  model?: string
  maxConcurrency?: number
  timeoutMs?: number
  budget?: Budget
  retry?: {
    maximumAttempts?: number
    initialIntervalMs?: number
    backoffCoefficient?: number
    maximumIntervalMs?: number
  }
  input?: JsonObject
  output?: JsonObject
}

/** What a reaction starts: a subtask of its own, without a place in the graph. In its payload `{"$event": "<JSON Pointer>"}`
 * stands for (a part of) the event; without a payload it is the event. */
export type ReactionTask = Pick<
  SubTask,
  'agentType' | 'type' | 'payload' | 'priority' | 'estimateMs' | 'onFailure' | 'budget'
>

/** Starts a subtask for each event that matches. */
export interface Reaction {
  /** Names what it starts: `<id>-1`, `<id>-2` …; `on-<event type>` unless given, with `-` for what is no letter or digit. */
  id?: string
  /** The event's type. */
  on: string
  /** Fields of the event's payload that must be equal. */
  where?: JsonObject
  run: ReactionTask
}

/** A graph of subtasks; data only. */
export interface Plan {
  /** Letters, digits, `.`, `-` and `_`, at most 64: run ids begin with it. */
  name: string
  /** JSON Schema of the run's inputs; absent means that whatever is handed in is taken, unchecked. */
  inputs?: JsonObject
  subtasks: SubTask[]
  /** What follows when a subtask fails that says nothing of its own; `skip-dependents` unless given. */
  onFailure?: FailurePolicy
  /** What all model calls of the run may use together; whoever starts it may say otherwise. */
  budget?: Budget
  /** What follows when a budget is used up; `fail` unless given. */
  onBudget?: OnBudget
  /** What models cost that the price library does not know, or others than it says. */
  prices?: Prices
  /** Subtasks that events start. */
  reactions?: Reaction[]
  /** Agents that only this plan has, by name. Loading a file or preparing a run moves them into the manifest. */
  agents?: Record<string, InlineAgent>
}

/** A value that another subtask (or the plan's inputs) provides; it makes the dependency. */
export interface Reference {
  $from: string
  /** JSON Pointer into the output; the whole output unless given. */
  path?: string
}
