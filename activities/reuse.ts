// EFFECTS. What a run takes over from the one that it repeats: results as records of its own, and the link between the two.
import { inPortions } from '../src/contract/in-portions'
import type { AgentExecution, PreparedRun, TakenOver } from '../src/contract/activity-messages'
import type { RetryInput, Reuse, RunKey } from '../src/contract/messages'
import { retryRecord } from '../src/contract/records'
import type { ActivityDependencies } from './dependencies'
import { takeOverEffects } from './effects'
import { keepResult } from './results'

/** Records written at once. */
const WRITTEN_AT_ONCE = 32

/** Another attempt finds what this one has written, and goes on. The old run's own records are never touched. */
export async function takeOver(
  { of, reuse }: RetryInput,
  run: RunKey,
  deps: Pick<ActivityDependencies, 'store' | 'digest'>,
): Promise<Required<Pick<PreparedRun, 'retryOf' | 'reused'>>> {
  const { store } = deps
  const { executions, effects = [] } = JSON.parse((await store.artifacts.get(reuse)).toString()) as Reuse
  await inPortions(Object.entries(executions), WRITTEN_AT_ONCE, ([id, execution]) =>
    keepResult(store, run, id, execution),
  )
  await takeOverEffects(effects, run, deps)
  const { workflowId } = run
  await store.records.create(retryRecord(of, workflowId), { workflowId })
  const known = Object.entries(executions).map(([id, execution]) => [id, toldOf(execution)] as const)
  return { retryOf: of.workflowId, reused: Object.fromEntries(known) }
}

/** The record holds the rest. */
function toldOf({ spawned, outputFrom }: AgentExecution): TakenOver {
  return { ...(spawned ? { spawned } : {}), ...(outputFrom === undefined ? {} : { outputFrom }) }
}
