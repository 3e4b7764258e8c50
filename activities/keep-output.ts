// EFFECTS. Writes down the output that a person gave, as the result of the subtask.
import type { AgentExecution, KeepOutputInput } from '../src/contract/activity-messages'
import type { ActivityDependencies } from './dependencies'
import { toPostponement } from './failures'
import { keepResult } from './results'
import { assertStore } from './store-identity'

/** What an execution left all the same (it was given up, and came to its end) stands instead. */
export function createKeepOutput(deps: ActivityDependencies): (input: KeepOutputInput) => Promise<AgentExecution> {
  return async function keepOutput({ run, store, subtask, agent, output }) {
    try {
      assertStore(deps.store, store)
      return await keepResult(deps.store, run, subtask, {
        output: await deps.outputs.keep(output),
        tokensUsed: 0,
        durationMs: 0,
        attempt: 1,
        agent,
        agentVersion: '',
      })
    } catch (error) {
      throw toPostponement(error)
    }
  }
}
