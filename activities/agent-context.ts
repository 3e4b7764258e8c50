// EFFECTS. The context that one execution hands to its agent, and what it collects.
import { Context, log } from '@temporalio/activity'
import type { AgentTask } from '../src/contract/agent'
import type { HostContext, SpawnOptions } from '../src/agents/context'
import type { HOST, HostPort } from '../src/agents/host-port'
import { messageOf, TroupeError } from '../src/contract/errors'
import { refuseAfterEnd } from '../src/contract/execution-ended'
import { HistoryRoom } from '../src/contract/history-room'
import { preview, type JsonValue } from '../src/contract/json'
import type { PublishInput } from '../src/contract/messages'
import { PUBLISH_SIGNAL } from '../src/contract/names'
import { PublishLine } from '../src/contract/publish-line'
import type { SubTask } from '../src/contract/plan'
import { publishProblem } from '../src/contract/run/publish'
import type { Store } from '../src/storage/store'
import type { Pulse } from './pulse'

/** Bytes of a progress: it goes with each heartbeat, every second. */
const PROGRESS_BYTES = 4 * 1024

/** So long an execution that has ended waits for what it published: no longer than any may take to its end. */
const PUBLISH_PATIENCE_MS = 5_000

/** By its registered name, since this room takes only types of `src/agents`. */
const PORT: typeof HOST = Symbol.for('troupe.host') as never

const room = new HistoryRoom()

/** What an agent asked to be spawned, over all its calls. */
export interface SpawnRequest {
  subtasks: SubTask[]
  output?: string
}

export function agentContext(
  task: AgentTask,
  pulse: Pulse,
  store: Store,
  host: HostPort,
): { context: HostContext; spawn: SpawnRequest; published(): Promise<void> } {
  const activity = Context.current()
  const { workflowId, runId } = activity.info.workflowExecution!
  const spawn: SpawnRequest = { subtasks: [] }
  const line = new PublishLine(async (events) => {
    const run = activity.client.workflow.getHandle(workflowId, runId)
    await room.require(runId, () => run.describe())
    await run.signal(PUBLISH_SIGNAL, events)
  })
  const context: HostContext = {
    task,
    runId: workflowId,
    attempt: activity.info.attempt,
    signal: pulse.signal,
    progress: (details) => void (pulse.progress = shown(details)),
    publish(type: string, payload: JsonValue = null) {
      const published = publish({ type, payload, source: task.id, correlationId: task.id })
      // An agent that does not wait for it ends no worker by a refusal
      published.catch((error: unknown) => log.warn('an event was not published', { subtask: task.id, type, error }))
      return published
    },
    spawn(subtasks: SubTask[], options: SpawnOptions = {}) {
      spawn.subtasks.push(...subtasks)
      if (options.output !== undefined) spawn.output = options.output
    },
    artifacts: {
      put: (content) => store.artifacts.put(content),
      get: (artifact) => store.artifacts.get(artifact),
    },
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    [PORT]: host,
  }
  return { context, spawn, published }

  async function publish(event: PublishInput): Promise<void> {
    if (pulse.ended.aborted) return refuseAfterEnd()
    const problem = publishProblem(event)
    if (problem !== undefined) throw new TroupeError('InvalidInput', problem)
    await line.publish(event)
  }

  /** Resolves when what the agent published has been sent, or has had its time. */
  function published(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PUBLISH_PATIENCE_MS)))
    return Promise.race([line.idle(), patience]).finally(() => clearTimeout(timer))
  }

  function write(level: 'debug' | 'info' | 'warn' | 'error') {
    return (message: string, fields?: Record<string, unknown>) => log[level](message, { subtask: task.id, ...fields })
  }
}

/** As it is now, for the agent may go on changing it; cut where it is large, and never a reason to fail. */
function shown(details: JsonValue): JsonValue {
  try {
    const text = JSON.stringify(details) ?? 'null'
    return Buffer.byteLength(text) <= PROGRESS_BYTES ? (JSON.parse(text) as JsonValue) : preview(details, 1_000)
  } catch (error) {
    return `progress that cannot be JSON: ${messageOf(error)}`
  }
}
