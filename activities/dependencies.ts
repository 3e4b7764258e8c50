// EFFECTS. What the activities need from their host. Only src/worker.ts wires the real things.
import type { HostedAgent } from '../src/agents/hosted-agent'
import type { JsonValue } from '../src/contract/json'
import type { StoredOutput } from '../src/contract/run'
import type { TeamManifest } from '../src/contract/agent'
import type { CheckedPlan } from '../src/contract/schema/check-plan'
import type { Store } from '../src/storage/store'

export interface ActivityDependencies {
  store: Store
  /** Outputs as they travel: small ones inline, large ones by reference. */
  outputs: { keep(value: JsonValue): Promise<StoredOutput>; load(stored: StoredOutput): Promise<JsonValue> }
  /** The agent that a task queue stands for in this process. */
  agentOn(taskQueue: string): HostedAgent | undefined
  /** Manifests of the teams that this process serves, for runs that name their team. */
  teams: TeamManifest[]
  /** Names this process in queue waits. */
  worker: string
  /** Whether the server has Troupe's search attributes. */
  searchAttributes: boolean
  /** History events from which runs continue as new that begin here; the default unless given. For trials. */
  continueAfterEvents?: number
  /** Directory that a command's relative `cwd` counts from, for plans that did not come from a file. */
  baseDirectory: string
  /** A short hash of a text. */
  hash(text: string): string
  /** SHA-256 of a text, as 64 hexadecimal digits. */
  digest(text: string): string
  /** Refuses a plan that limits the money of a model whose price nobody knows. */
  requirePrices(plan: CheckedPlan): Promise<void>
  /** Told of each execution's begin; returns what is to be called at its end. A blocked event loop is explained by it. */
  track(execution: Tracked): () => void
}

/** What is told of an execution to whoever watches the event loop. */
export interface Tracked {
  agent: string
  subtask: string
  attempt: number
  workflowId: string
  firstRunId: string
}
