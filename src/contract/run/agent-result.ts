// PURE. From a subtask's row and what its execution left to its result: the same for a closed run's document and for a reader.
import type { AgentExecution } from '../activity-messages'
import type { AgentResult, SubtaskRow } from '../run'

/** `execution` is needed for a subtask that succeeded; its output is taken as it travels. */
export function toAgentResult(
  row: SubtaskRow,
  execution?: Pick<AgentExecution, 'output' | 'agentVersion'>,
): AgentResult {
  const { id, state, agent, error, attempt, durationMs, tokensUsed, cost, unconfirmedCalls, replacedBy } = row
  const status = state as AgentResult['status']
  const result: AgentResult = {
    taskId: id,
    status,
    success: status === 'succeeded',
    output: null,
    tokensUsed: tokensUsed ?? 0,
    ...(cost === undefined ? {} : { cost }),
    ...(unconfirmedCalls ? { unconfirmedCalls } : {}),
    durationMs: durationMs ?? 0,
    ...(attempt === undefined ? {} : { attempt }),
    // Nobody ran what was skipped
    ...(status === 'skipped' ? {} : { agent }),
    ...(replacedBy === undefined ? {} : { replacedBy }),
  }
  if (!execution) return error ? { ...result, error } : result
  const { output } = execution
  // Neither a person nor a map has a version
  const version = execution.agentVersion === '' ? {} : { agentVersion: execution.agentVersion }
  return 'inline' in output
    ? { ...result, ...version, output: output.inline }
    : { ...result, ...version, output: output.reference, outputStored: true }
}
