// HOST. The updates in a history, as transitions of the run's state. Those that were refused are in no history.
import type { LoadedDataConverter } from '@temporalio/common'
import type { temporal } from '@temporalio/proto'
import type { RaiseBudgetInput } from '../contract/budget'
import type { AddInput, CancelSubtaskInput, ChangeInput } from '../contract/changes'
import {
  ADD_UPDATE,
  BUDGET_UPDATE,
  CANCEL_SUBTASK_UPDATE,
  CHANGE_UPDATE,
  CLOSE_UPDATE,
  DECIDE_UPDATE,
  PAUSE_UPDATE,
  RESOLVE_UPDATE,
  RESUME_UPDATE,
} from '../contract/names'
import type { CloseInput, Decision, PauseInput, ResolveInput, ResumeInput } from '../contract/people'
import type { RunState } from '../contract/run/run-state'
import type { HistoryChanges } from './history-changes'
import { decodePayload } from './payloads'

export type Accepted = temporal.api.history.v1.IWorkflowExecutionUpdateAcceptedEventAttributes

/** One that had become impossible by the time that it was carried out did nothing. */
export async function applyUpdate(
  state: RunState,
  { acceptedRequest }: Accepted,
  converter: LoadedDataConverter,
  changes: HistoryChanges,
): Promise<void> {
  const input: unknown = await decodePayload(converter, acceptedRequest?.input?.args?.payloads?.[0])
  const updates: Record<string, () => unknown> = {
    [DECIDE_UPDATE]: () =>
      state.requests.decisionProblem(input as Decision) ?? state.requests.decide(input as Decision),
    [RESOLVE_UPDATE]: () =>
      state.requests.resolveProblem(input as ResolveInput) ?? state.requests.resolve(input as ResolveInput),
    [PAUSE_UPDATE]: () => state.pauses.pause(input as PauseInput),
    [RESUME_UPDATE]: () => state.pauses.resume(input as ResumeInput),
    [BUDGET_UPDATE]: () =>
      state.budgets.problem(input as RaiseBudgetInput) ?? state.budgets.raise(input as RaiseBudgetInput),
    [CLOSE_UPDATE]: () => state.close(input as CloseInput),
    [CANCEL_SUBTASK_UPDATE]: () => changes.cancel(state, input as CancelSubtaskInput),
    [ADD_UPDATE]: () => changes.add(state, input as AddInput),
    [CHANGE_UPDATE]: () => changes.replace(state, input as ChangeInput),
  }
  updates[acceptedRequest?.input?.name ?? '']?.()
}
