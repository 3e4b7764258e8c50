// EFFECTS. One execution of one agent: payload in, output kept as a record, result out.
import { activityInfo } from '@temporalio/activity'
import type { AgentTask } from '../src/contract/agent'
import { TroupeError } from '../src/contract/errors'
import type { AgentExecution, QueueWait, RunAgentInput, RunAgentResult } from '../src/contract/messages'
import type { LedgerPort } from '../src/agents/host-port'
import { agentContext } from './agent-context'
import type { ActivityDependencies } from './dependencies'
import { toFailure } from './failures'
import { Pulse } from './pulse'
import { resolvePayload } from './resolve-payload'
import { keepResult, readResult } from './results'
import { keepSpawned } from './spawn'
import { Specs } from './specs'
import { assertStore } from './store-identity'

export function createRunAgent(deps: ActivityDependencies): (input: RunAgentInput) => Promise<RunAgentResult> {
  const specs = new Specs(deps.store)

  return async function runAgent(input) {
    const { attempt, currentAttemptScheduledTimestampMs, heartbeatTimeoutMs } = activityInfo()
    const began = Date.now()
    const wait: QueueWait = { worker: deps.worker, waitMs: Math.max(0, began - currentAttemptScheduledTimestampMs) }
    const pulse = new Pulse(heartbeatTimeoutMs ?? Infinity)
    const end = deps.track({ agent: input.agent, subtask: input.task.id, attempt, ...input.run })
    try {
      assertStore(deps.store, input.store)
      // The attempt before this one may have died between its record and its report
      const known = await readResult(deps.store, input.run, input.task.id)
      return { ...(known ?? (await execute(input, pulse, began))), wait }
    } catch (error) {
      throw toFailure(error, { wait, attempt, durationMs: Date.now() - began })
    } finally {
      pulse.stop()
      end()
    }
  }

  async function execute(input: RunAgentInput, pulse: Pulse, began: number): Promise<AgentExecution> {
    const { attempt, startToCloseTimeoutMs, taskQueue } = activityInfo()
    const hosted = deps.agentOn(taskQueue)
    if (!hosted)
      throw new TroupeError('Internal', `this worker serves no agent on the queue "${taskQueue}"`, { retryable: true })
    const spec = await specs.spec(input.spec)
    const subtask = await specs.subtask(input)
    const payload = await resolvePayload(subtask.payload, input.run, spec.inputs, deps)
    const task: AgentTask = { ...input.task, payload }
    const { context, spawn } = agentContext(task, pulse, deps.store, {
      agent: hosted.manifest.name,
      ledger: noLedger,
    })
    const value = await hosted.handle(task, context, startToCloseTimeoutMs)
    const spawned = await keepSpawned(task.id, spawn, spec, deps.store)
    const { name: agent, version: agentVersion } = hosted.manifest
    const output = await deps.outputs.keep(value)
    return keepResult(deps.store, input.run, task.id, {
      output,
      tokensUsed: 0,
      durationMs: Date.now() - began,
      attempt,
      agent,
      agentVersion,
      ...spawned,
    })
  }
}

const noLedger: LedgerPort = {
  logicalAttempt: 0,
  recall: async () => undefined,
  begin: async () => undefined,
  record: async (_call, entry) => entry,
  refused: async () => undefined,
}
