// EFFECTS. The context that one execution hands to its agent, and what it collects.
import { Context, log } from '@temporalio/activity'
import type { AgentTask } from '../src/contract/agent'
import type { AgentContext, SpawnOptions } from '../src/agents/context'
import { TroupeError } from '../src/contract/errors'
import type { JsonValue } from '../src/contract/json'
import type { PublishInput } from '../src/contract/messages'
import { PUBLISH_SIGNAL } from '../src/contract/names'
import type { SubTask } from '../src/contract/plan'
import { publishProblem } from '../src/contract/run/publish'
import type { Store } from '../src/storage/store'
import type { Pulse } from './pulse'

/** What an agent asked to be spawned, over all its calls. */
export interface SpawnRequest {
  subtasks: SubTask[]
  output?: string
}

export function agentContext(
  task: AgentTask,
  pulse: Pulse,
  store: Store,
): { context: AgentContext; spawn: SpawnRequest } {
  const activity = Context.current()
  const { workflowId, runId } = activity.info.workflowExecution!
  const spawn: SpawnRequest = { subtasks: [] }
  const context: AgentContext = {
    task,
    runId: workflowId,
    attempt: activity.info.attempt,
    signal: pulse.signal,
    progress: (details) => void (pulse.progress = details),
    async publish(type: string, payload: JsonValue = null) {
      const event: PublishInput = { type, payload, source: task.id, correlationId: task.id }
      const problem = publishProblem(event)
      if (problem !== undefined) throw new TroupeError('InvalidInput', problem)
      await activity.client.workflow.getHandle(workflowId, runId).signal(PUBLISH_SIGNAL, event)
    },
    spawn(subtasks: SubTask[], options: SpawnOptions = {}) {
      spawn.subtasks.push(...subtasks)
      if (options.output !== undefined) spawn.output = options.output
    },
    artifacts: {
      put: (content) => store.artifacts.put(typeof content === 'string' ? Buffer.from(content) : content),
      get: (artifact) => store.artifacts.get(artifact),
    },
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  }
  return { context, spawn }

  function write(level: 'debug' | 'info' | 'warn' | 'error') {
    return (message: string, fields?: Record<string, unknown>) => log[level](message, { subtask: task.id, ...fields })
  }
}
