// HOST. What an agent is handed besides its input.
import type { LanguageModelV3 } from '@ai-sdk/provider'
import type { AgentTask } from '../contract/agent'
import type { BudgetLeft } from '../contract/budget'
import type { JsonValue } from '../contract/json'
import type { SubTask } from '../contract/plan'
import type { EffectOptions } from './effect'
import type { HOST, HostPort } from './host-port'

export interface SpawnOptions {
  /** The short id of the spawned subtask whose output becomes this subtask's own; what the agent returns is then dropped. */
  output?: string
}

export interface AgentContext {
  readonly task: AgentTask
  /** The run's workflow id. */
  readonly runId: string
  /** From 1, counted by Temporal. */
  readonly attempt: number
  /** Aborts on cancel, timeout, deadline and shutdown; the reason is a `TroupeError` that says which. */
  readonly signal: AbortSignal
  /** Shows how far it is, in `status` and in the Temporal UI; the newest value counts. Keep it below 1 KB. */
  progress(details: JsonValue): void
  /**
   * Adds an event to the run's log; resolves when Temporal has it.
   * @throws TroupeError `InvalidInput` for an empty type or a payload above 16 KiB
   */
  publish(type: string, payload?: JsonValue): Promise<void>
  /**
   * Adds subtasks to the run; they start when this execution has succeeded. Ids are short: `fetch` becomes
   * `<this subtask>/fetch`. This subtask is done for its dependents when all of them are.
   */
  spawn(subtasks: SubTask[], options?: SpawnOptions): void
  /**
   * Runs `fn` once: what it returned is recorded, and a retry after a crash gets that back instead of running it again.
   * Calls of one name are told apart by their order, so give parallel ones names of their own.
   *
   * @example
   * const page = await context.step('fetch', () => fetchPage(url))
   * @throws whatever `fn` threw; nothing is recorded then
   */
  step<Value>(name: string, fn: () => Promise<Value> | Value): Promise<Value>
  /**
   * Does something outside that must happen once, over all attempts of this subtask: a payment, a mail, a push. `key` tells
   * it from others of that name. It is claimed in the store, done, and its outcome kept; a later attempt gets that outcome.
   * `act` is handed a key of its own for services that take one (`Idempotency-Key`). What it returns comes back as JSON.
   *
   * @example
   * const receipt = await context.effect('pay', { key: order.id, input: order }, (key) => pay(order, key))
   * @throws TroupeError `UnknownOutcome` if an attempt died or threw while it acted, which ends the execution whatever its code
   * makes of it: a person looks, and says `troupe retry RUN --from ID --assume done|not-done`; `EffectConflict` if the same key had another `input`; `EffectRefused`
   * by `afterUntrusted`
   */
  effect<Value>(
    name: string,
    options: EffectOptions,
    act: (idempotencyKey: string) => Promise<Value> | Value,
  ): Promise<Value>
  /**
   * Says that this execution reads text of others from here on: effects that say `afterUntrusted` are not begun any more, or
   * only when a person approves them, also in later attempts, and in subtasks that read its output. What tools read of files, the network and MCP servers counts by
   * itself. `source` says whose text it is, for the message.
   */
  untrusted(source: string): Promise<void>
  /**
   * A language model for the AI SDK (`generateText({ model: context.model(), … })`), whose answers are recorded, counted
   * and bounded by the run's tokens. Which one: `id` (`<provider>/<model>`), else the agent's, else the run's, else the
   * environment's. Failed calls throw `ModelUnavailable` (a retry may help) or `ModelRefused`; Temporal retries, not the SDK.
   */
  model(id?: string): LanguageModelV3
  /**
   * What is left of each budget that this execution's model calls count against (the run's, the agent's, those of its subtask
   * and of what that comes from), less what calls that are under way may still use. Models are told of it anyway: in a prompt
   * of yours it would make every attempt ask something else, and pay again.
   */
  budget(): Promise<BudgetLeft[]>
  readonly artifacts: {
    /** Keeps bytes (a text as UTF-8) and returns their SHA-256. */
    put(content: Uint8Array | string): Promise<string>
    /** @throws TroupeError `ArtifactNotFound` */
    get(artifact: string): Promise<Uint8Array>
  }
  /** Trees of files, named by their artifacts: what agents with tools on files take and return. */
  readonly snapshot: {
    /** Keeps the files of a directory, and returns the snapshot. @throws TroupeError `PathRefused`, `OutputTooLarge` */
    take(directory: string): Promise<string>
    /**
     * Calls `work` with a directory that holds the files of a snapshot, and is gone afterwards.
     * @throws what `work` threw; TroupeError `ArtifactNotFound`, `ArtifactCorrupt`
     */
    copy<Value>(snapshot: string, work: (directory: string) => Promise<Value>): Promise<Value>
  }
  readonly log: Record<'debug' | 'info' | 'warn' | 'error', (message: string, fields?: Record<string, unknown>) => void>
  /** What the context stands on; nothing for agents. */
  readonly [HOST]: HostPort
}

/** A context as hosts hand it over: `handleWithTimeout` adds what stands on the port. */
export type HostContext = Omit<AgentContext, 'step' | 'effect' | 'untrusted' | 'model' | 'budget' | 'snapshot'>
