// HOST. The class behind every agent: configuration, what it can handle, and an execution that leaves nothing behind.
import { z } from 'zod'
import type { AgentServiceConfig, AgentTask, RetrySettings } from '../contract/agent'
import { TroupeError } from '../contract/errors'
import { preview, type JsonValue } from '../contract/json'
import { AGENT_DEFAULTS } from '../contract/limits'
import { agentNameSchema } from '../contract/schema/names-schema'
import { agentSettingsShape } from '../contract/schema/plan-schema'
import { zodProblems } from '../contract/schema/zod-problems'
import type { AgentContext, HostContext } from './context'
import { HOST } from './host-port'
import { equip } from './ledger/equip'
import { Suspension } from './ledger/suspension'
import { schemaRefusal } from './schema-refusal'
import { settle } from './settle'
import { beforeEnd, timeLimit } from './time-limit'

/** What an author may set; all but the name has defaults. */
export interface AgentOptions extends Partial<AgentServiceConfig> {
  name: string
  retry?: Partial<RetrySettings>
  /** Event types of which each starts a task for this agent, with the event as payload, where `canHandle` accepts it. */
  on?: string[]
  /** Milliseconds of silence after which the worker counts as lost; 10,000 unless given. */
  heartbeatTimeoutMs?: number
  /** `process`: executions run in child processes, which may crash, hang or exhaust their memory alone. */
  isolation?: 'process'
  /** Heap of a child process in MB, with `isolation: 'process'`. */
  memoryMb?: number
  /** Executions after which a child process is replaced; 100 unless given, and 1 makes a fresh one for each. */
  recycleAfter?: number
  /** Path of the module that exports this agent (`__filename`); isolation needs it unless a team file is loaded. */
  module?: string
}

const optionsSchema = z.object({
  ...agentSettingsShape,
  name: agentNameSchema,
  heartbeatTimeoutMs: z.int().min(2_000).optional(),
  isolation: z.literal('process').optional(),
  memoryMb: z.int().min(32).optional(),
  recycleAfter: z.int().min(1).optional(),
  module: z.string().optional(),
})

/**
 * An agent as a class.
 *
 * @example
 * class Outliner extends BaseAgentService<{ topic: string }, { points: string[] }> {
 *   async execute(task: AgentTask<{ topic: string }>, context: AgentContext) { … }
 * }
 * const outliner = new Outliner({ name: 'outline', capabilities: ['outline'], timeoutMs: 30_000 })
 */
export abstract class BaseAgentService<Input = unknown, Output = unknown> {
  readonly config: AgentServiceConfig
  readonly retry: RetrySettings
  /** Event types of which each starts a task for this agent. */
  readonly on?: readonly string[]
  readonly heartbeatTimeoutMs: number
  readonly isolation?: 'process'
  readonly memoryMb?: number
  readonly recycleAfter?: number
  readonly module?: string
  /** Schema of the payload; anything is taken without one. */
  readonly input?: z.ZodType<Input>
  /** Schema of the output; anything that is JSON is taken without one. */
  readonly output?: z.ZodType<Output>

  /** @throws TroupeError `InvalidTeam` naming every setting that is wrong */
  constructor(options: AgentOptions) {
    const parsed = optionsSchema.safeParse(options)
    if (!parsed.success) {
      const problems = zodProblems(parsed.error, options, 'agent')
      const said = problems.map((problem) => `${problem.path}: ${problem.message}`).join('; ')
      throw new TroupeError('InvalidTeam', `the agent ${preview(options.name)} is not valid: ${said}`, { problems })
    }
    const { name, model, on = [], isolation, memoryMb, recycleAfter, module } = options
    this.config = {
      name,
      version: options.version ?? AGENT_DEFAULTS.version,
      capabilities: options.capabilities ?? [name],
      ...(model === undefined ? {} : { model }),
      maxConcurrency: options.maxConcurrency ?? AGENT_DEFAULTS.maxConcurrency,
      timeoutMs: options.timeoutMs ?? AGENT_DEFAULTS.timeoutMs,
      ...(options.budget === undefined ? {} : { budget: options.budget }),
    }
    this.retry = { ...AGENT_DEFAULTS.retry, ...options.retry }
    this.heartbeatTimeoutMs = options.heartbeatTimeoutMs ?? AGENT_DEFAULTS.heartbeatTimeoutMs
    if (on.length > 0) this.on = [...new Set(on)]
    if (isolation) this.isolation = isolation
    if (memoryMb !== undefined) this.memoryMb = memoryMb
    if (recycleAfter !== undefined) this.recycleAfter = recycleAfter
    if (module !== undefined) this.module = module
  }

  get name(): string {
    return this.config.name
  }

  /** Whether this agent will take the task; a refusal sends it to the next candidate. */
  canHandle(task: AgentTask): boolean | Promise<boolean> {
    return task.type === this.name || this.config.capabilities.includes(task.type)
  }

  /** The work itself. Long waits should end when `context.signal` aborts. */
  abstract execute(task: AgentTask<Input>, context: AgentContext): Promise<Output> | Output

  /**
   * What a worker calls: checks the task and its payload, executes within the time limit, and checks the output.
   * Settles at most 5 s after an abort, whatever `execute` does, and clears its timer. What `execute` left running finds
   * `context.signal` aborted by then, and calls neither models nor tools any more.
   *
   * @throws TroupeError `CannotHandle`, `InvalidPayload`, `Timeout`, `DeadlineExceeded`, `OutputRejected`, `Suspended` where a
   * person is to approve a tool's call, or what `execute` threw
   */
  async handleWithTimeout(
    task: AgentTask,
    context: HostContext,
    timeoutMs = this.config.timeoutMs,
  ): Promise<JsonValue> {
    const limit = timeLimit(this.name, task, timeoutMs)
    const suspension = new Suspension()
    const { endsAt = Date.now() + timeoutMs } = context[HOST] ?? {}
    const stopHurry = beforeEnd(endsAt, () => suspension.hurry())
    const signal = AbortSignal.any([context.signal, limit.signal, suspension.signal])
    try {
      const work = this.attempt(task, equip({ ...context, signal }, suspension))
      return this.parseOutput(await settle(suspension.whole(work), signal))
    } finally {
      limit.clear()
      stopHurry()
      suspension.end()
    }
  }

  /** All of it is the author's code, which may hang: what asks, too, has to be done in time. */
  private async attempt(task: AgentTask, context: AgentContext): Promise<Output> {
    if (!(await this.canHandle(task))) {
      throw new TroupeError('CannotHandle', `"${this.name}" does not take the task "${task.id}" of type "${task.type}"`)
    }
    return await this.execute({ ...task, payload: this.parseInput(task.payload) }, context)
  }

  /** The payload as `execute` gets it. */
  parseInput(payload: unknown): Input {
    if (!this.input) return payload as Input
    const parsed = this.input.safeParse(payload)
    if (parsed.success) return parsed.data
    throw schemaRefusal(
      'InvalidPayload',
      `the payload for "${this.name}"`,
      zodProblems(parsed.error, payload, 'payload'),
    )
  }

  /** The output as it is kept: JSON. */
  parseOutput(output: unknown): JsonValue {
    if (!this.output) return asJson(output, this.name)
    const parsed = this.output.safeParse(output)
    if (parsed.success) return asJson(parsed.data, this.name)
    throw schemaRefusal('OutputRejected', `the output of "${this.name}"`, zodProblems(parsed.error, output, 'output'))
  }
}

/** Undefined becomes null; what JSON cannot hold (a cycle, a BigInt) is refused. */
function asJson(output: unknown, name: string): JsonValue {
  try {
    return JSON.parse(JSON.stringify(output) ?? 'null') as JsonValue
  } catch (error) {
    throw new TroupeError('OutputRejected', `the output of "${name}" cannot be JSON: ${(error as Error).message}`)
  }
}
