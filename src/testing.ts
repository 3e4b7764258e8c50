// The public names for tests of agents: an execution without Temporal, a store or a server.
import type { BaseAgentService } from './agents/base-agent-service'
import type { HostContext } from './agents/context'
import { HOST } from './agents/host-port'
import { memoryLedger } from './agents/ledger/memory-ledger'
import { createHash } from 'node:crypto'
import type { AgentTask } from './contract/agent'
import { TroupeError } from './contract/errors'
import type { JsonValue } from './contract/json'
import type { PublishInput } from './contract/messages'
import type { SubTask } from './contract/plan'

export interface ExecuteOptions extends Partial<Omit<AgentTask, 'payload'>> {
  /** Aborts the execution, as a cancelled run would. */
  signal?: AbortSignal
  attempt?: number
}

/** What one execution returned and did. */
export interface Execution {
  output: JsonValue
  published: PublishInput[]
  spawned: SubTask[]
  progress: JsonValue[]
  /** By SHA-256. */
  artifacts: Map<string, Uint8Array>
}

/**
 * Executes an agent as a worker would, with its schemas and its time limit, and no retries.
 *
 * @example
 * const { output } = await executeAgent(outline, { topic: 'tides' })
 * @throws what the agent threw, or TroupeError `CannotHandle`, `InvalidPayload`, `OutputRejected`, `Timeout`
 */
export async function executeAgent(
  agent: BaseAgentService,
  payload: unknown = {},
  options: ExecuteOptions = {},
): Promise<Execution> {
  const { signal = new AbortController().signal, attempt = 1, ...rest } = options
  const task: AgentTask = { id: agent.name, type: agent.name, priority: 'normal', ...rest, payload }
  const execution: Execution = { output: null, published: [], spawned: [], progress: [], artifacts: new Map() }
  const log = (): void => undefined
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
    [HOST]: { ledger: memoryLedger(), agent: agent.name },
  }
  execution.output = await agent.handleWithTimeout(task, context)
  return execution
}
