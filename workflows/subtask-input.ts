// WORKFLOW, pure. What each activity about a subtask is told of it.
import type { SubtaskInput } from '../src/contract/activity-messages'
import type { RunKey } from '../src/contract/messages'
import type { RunState } from '../src/contract/run/run-state'

export function subtaskInput(run: RunKey, state: RunState, place: number): SubtaskInput {
  const { store, spec } = state.prepared
  const fragment = state.fragment(place)
  const failures = state.failuresOf(place)
  return {
    run,
    store,
    spec,
    ...(fragment === undefined ? {} : { fragment }),
    agent: state.agent(place).name,
    ...(failures ? { failures } : {}),
  }
}
