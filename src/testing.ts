// The public names for tests of agents: an execution without Temporal, a store or a server.
import { createHash } from 'node:crypto'
import type { LanguageModelV3 } from '@ai-sdk/provider'
import type { BaseAgentService } from './agents/base-agent-service'
import type { HostContext } from './agents/context'
import { HOST, type ApprovalsPort, type HostPort } from './agents/host-port'
import { memoryLedger } from './agents/ledger/memory-ledger'
import { memoryEffects, type DoneEffect } from './agents/memory-effects'
import type { AgentTask } from './contract/agent'
import { TroupeError } from './contract/errors'
import type { JsonValue } from './contract/json'
import type { PublishInput } from './contract/messages'
import type { ToolDecision } from './contract/people'
import type { Cost } from './contract/prices'
import type { SubTask } from './contract/plan'

/** A call of a tool, or an effect after untrusted text was read. */
export type AskedInTests =
  { tool: string; input: JsonValue } | { effect: string; key: string; input: JsonValue; untrusted: string }

export interface ExecuteOptions extends Partial<Omit<AgentTask, 'payload'>> {
  /** Aborts the execution, as a cancelled run would. */
  signal?: AbortSignal
  attempt?: number
  /**
   * What a person says of calls of tools, and of effects, that wait to be approved; without it the execution ends as
   * `Suspended`. `untrusted` is where the text came from that was read before the effect.
   */
  approve?(request: AskedInTests): { approved: boolean; comment?: string }
  /** Answers instead of every model that the agent asks for (`MockLanguageModelV3` of `ai/test`), or names its default one. */
  model?: LanguageModelV3 | string
}

/** What one execution returned and did. */
export interface Execution {
  output: JsonValue
  published: PublishInput[]
  spawned: SubTask[]
  progress: JsonValue[]
  /** By SHA-256. */
  artifacts: Map<string, Uint8Array>
  /** What was done by `context.effect`. */
  effects: DoneEffect[]
  /** Of all model calls, as their answers tell. */
  tokensUsed: number
  /** In US dollars, `unknown` where nobody knows the price; absent if no model was called. */
  cost?: Cost
}

/**
 * Executes an agent as a worker would, with its schemas and its time limit, and no retries.
 *
 * @example
 * const { output } = await executeAgent(outline, { topic: 'tides' })
 * const model = new MockLanguageModelV3({ doGenerate: … })   // of ai/test
 * const { tokensUsed } = await executeAgent(writer, { topic: 'tides' }, { model })
 * @throws what the agent threw, or TroupeError `CannotHandle`, `InvalidPayload`, `OutputRejected`, `Timeout`, `Suspended`
 */
export async function executeAgent(
  agent: BaseAgentService,
  payload: unknown = {},
  options: ExecuteOptions = {},
): Promise<Execution> {
  const { signal = new AbortController().signal, attempt = 1, model = agent.config.model, approve, ...rest } = options
  const task: AgentTask = { id: agent.name, type: agent.name, priority: 'normal', ...rest, payload }
  const ledger = memoryLedger()
  const decide = (about: string, request: AskedInTests): ToolDecision | undefined => {
    const decided = approve?.(request)
    return decided && { approvalId: about, by: 'test', at: new Date(0).toISOString(), ...decided }
  }
  const effects = memoryEffects(({ shown: { name: effect, key, input }, untrusted }) =>
    decide(effect, { effect, key, input, untrusted }),
  )
  const execution: Execution = {
    output: null,
    published: [],
    spawned: [],
    progress: [],
    artifacts: new Map(),
    effects: effects.done,
    tokensUsed: 0,
  }
  const log = (): void => undefined
  const ask: ApprovalsPort['ask'] = async ({ tool, input }) => decide(tool, { tool, input })
  const context: HostContext = {
    task,
    runId: 'test',
    attempt,
    signal,
    progress: (details) => void execution.progress.push(details),
    publish: async (type, published = null) =>
      void execution.published.push({ type, payload: published, source: task.id }),
    spawn: (subtasks) => void execution.spawned.push(...subtasks),
    artifacts: {
      async put(content) {
        const bytes = typeof content === 'string' ? Buffer.from(content) : content
        const id = createHash('sha256').update(bytes).digest('hex')
        execution.artifacts.set(id, bytes)
        return id
      },
      async get(id) {
        const found = execution.artifacts.get(id)
        if (!found) throw new TroupeError('ArtifactNotFound', `there is no artifact ${id}`)
        return found
      },
    },
    log: { debug: log, info: log, warn: log, error: log },
    [HOST]: { agent: agent.name, ledger, effects, approvals: { ask }, ...modelsOf(model) },
  }
  execution.output = await agent.handleWithTimeout(task, context)
  execution.tokensUsed = ledger.tokensUsed
  if (ledger.cost !== undefined) execution.cost = ledger.cost
  return execution
}

function modelsOf(model: LanguageModelV3 | string | undefined): Pick<HostPort, 'model' | 'languageModel'> {
  if (model === undefined || typeof model === 'string') return model === undefined ? {} : { model }
  return { model: `${model.provider}/${model.modelId}`, languageModel: () => model }
}
