// PURE. What an agent is to the outside: its configuration, the task that it is handed, and its manifest entry.
import type { Budget } from './budget'
import type { JsonObject } from './json'
import type { ModelTools } from './tools'

export type Priority = 'low' | 'normal' | 'high'

/** An agent's configuration, as its author gives it. */
export interface AgentServiceConfig {
  /** Letters, digits, `-` and `_`; unique in a team. */
  name: string
  version: string
  /** The task types that it carries out; its own name unless said. */
  capabilities: string[]
  /** The model behind it: `<provider>/<model>`, or `default` for the one that the run names. */
  model?: string
  /** Executions at a time in one worker process. */
  maxConcurrency: number
  /** Milliseconds for one attempt. */
  timeoutMs: number
  /** What the model calls of all its executions in a run may use together. */
  budget?: Budget
}

/** A piece of work for an agent. */
export interface AgentTask<Payload = unknown> {
  id: string
  /** One of the agent's capabilities. */
  type: string
  payload: Payload
  priority: Priority
  /** Absolute ISO time after which the work is of no use. */
  deadline?: string
}

/** How Temporal retries an agent's failed attempts. */
export interface RetrySettings {
  /** Attempts in all; 1 means none but the first. */
  maximumAttempts: number
  initialIntervalMs: number
  backoffCoefficient: number
  maximumIntervalMs: number
}

/** A program that serves as an agent. */
export interface CommandDefinition {
  /** Program and arguments; `{{key}}` in an argument is replaced from the payload. */
  command: string[]
  /** Absolute working directory. */
  cwd: string
  /** Names of environment variables that pass, besides PATH, HOME, TMPDIR and LANG. */
  env: string[]
}

/** A model that serves as an agent; which one stands in the manifest's `model`. */
export interface ModelDefinition extends ModelTools {
  /** The system message. */
  instructions: string
  /** Where an `openai-compatible/…` model is served; that of the environment unless given. */
  baseUrl?: string
  /** Model calls in one execution, with tools. */
  maxSteps?: number
  /** Tokens that the model reads and writes at most in one call, where the price library does not know. */
  contextWindow?: number
  /** JSON Schema of the model's own answer, where the agent's output is more: `{output, snapshot}`. */
  answer?: JsonObject
}

/** What runs behind an inline agent: a program, a model, or another agent under other settings. */
export type InlineDefinition =
  | { kind: 'command'; command: CommandDefinition }
  | { kind: 'model'; model: ModelDefinition }
  | { kind: 'use'; team: string; agent: string }

/** One agent in a run's manifest: all that the orchestrator and other workers must know, and no code. */
export interface AgentManifest extends AgentServiceConfig {
  taskQueue: string
  retry: RetrySettings
  heartbeatTimeoutMs: number
  /** JSON Schema of the payload; absent means anything. */
  input?: JsonObject
  /** JSON Schema of the output; absent means anything. */
  output?: JsonObject
  /** Event types of which each starts a task for this agent, with the event as payload, where its `canHandle` accepts. */
  on?: string[]
  /** A person: no worker has its tasks, the orchestrator waits for a decision. */
  person?: true
  /** `process`: each execution runs in a child process. */
  isolation?: 'process'
  /** Only for agents that are declared in a plan. */
  inline?: InlineDefinition
}

/**
 * Whether a plan has chosen what is done with the means of whoever serves the agent: programs that run outside of any sandbox,
 * addresses, or values of the environment. A worker does so for runs that it did not start only with leave.
 */
export function needsLeave({ inline }: Pick<AgentManifest, 'inline'>): boolean {
  if (inline?.kind === 'command') return true
  if (inline?.kind !== 'model') return false
  const { mcp = {}, tools = [] } = inline.model
  return Object.keys(mcp).length > 0 || tools.some(({ network, secrets }) => network ?? secrets)
}

/** A team as data. It is snapshotted into every run. */
export interface TeamManifest {
  name: string
  agents: AgentManifest[]
}
