// PURE. Plans as people and programs write them, and references inside payloads.
import type { AgentTask } from './agent'
import type { JsonObject } from './json'

/** A task and its place in a plan. Only `id` is required. The same shape in a file, in code and on the wire. */
export interface SubTask extends Partial<Omit<AgentTask, 'id'>> {
  /** At most 128 characters, no `/`, not `inputs`. */
  id: string
  /** The agent's name; without it the manifest's capabilities give the candidates for `type`. */
  agentType?: string
  /** Ids of subtasks that must succeed first; references in the payload add to them. */
  dependsOn?: string[]
  /** How long it may take, in milliseconds; only the order of scheduling follows from it. */
  estimateMs?: number
}

/** An agent that a plan declares: a program, a model, or a known agent under other settings. */
export interface InlineAgent {
  command?: string[]
  use?: string
  /** The system message of a model. */
  instructions?: string
  /** Where an `openai-compatible/…` model is served; what the environment names unless given. */
  baseUrl?: string
  cwd?: string
  env?: string[]
  version?: string
  capabilities?: string[]
  model?: string
  maxConcurrency?: number
  timeoutMs?: number
  retry?: {
    maximumAttempts?: number
    initialIntervalMs?: number
    backoffCoefficient?: number
    maximumIntervalMs?: number
  }
  input?: JsonObject
  output?: JsonObject
}

/** A graph of subtasks; data only. */
export interface Plan {
  /** Letters, digits, `.`, `-` and `_`, at most 64: run ids begin with it. */
  name: string
  /** JSON Schema of the run's inputs; absent means that whatever is handed in is taken, unchecked. */
  inputs?: JsonObject
  subtasks: SubTask[]
  /** Agents that only this plan has, by name. Loading a file or preparing a run moves them into the manifest. */
  agents?: Record<string, InlineAgent>
}

/** A value that another subtask (or the plan's inputs) provides; it makes the dependency. */
export interface Reference {
  $from: string
  /** JSON Pointer into the output; the whole output unless given. */
  path?: string
}
