// HOST. Begins a run that repeats another: what it takes over goes into the store first, then it is started and linked.
import type { AgentManifest } from '../contract/agent'
import type { TakenOverEffect } from '../contract/effects'
import { inPortions } from '../contract/in-portions'
import type { AgentExecution } from '../contract/activity-messages'
import type { CheckedSubTask, OrchestrateInput, Reuse } from '../contract/messages'
import { retryRecord } from '../contract/records'
import { carryOver, type CarriedExecution } from '../contract/run/carry-over'
import type { Past } from '../contract/run/reuse'
import type { CheckedPlan } from '../contract/schema/check-plan'
import type { Store } from '../storage/store'
import { launch, startInput, type LaunchOptions } from './launch'
import { Run } from './run'
import type { RunView } from './run-view'
import type { ClientScope } from './scope'

/** Fragments written at once. */
const WRITTEN_AT_ONCE = 32

export interface RetryToBegin {
  /** The run that is repeated. */
  view: RunView
  past: Past
  reused: readonly string[]
  done: TakenOverEffect[]
  checked: CheckedPlan
  /** The agents of the old run. */
  was: readonly AgentManifest[]
  /** A spawned subtask that is to be another one. */
  replaced?: CheckedSubTask
  deadline(old: string): string
  launch: LaunchOptions
}

/** @throws TroupeError `RunAlreadyExists`, `InvalidInput`, `StoreUnavailable`, `ConnectionFailed` */
export async function beginRetry(scope: ClientScope, retry: RetryToBegin): Promise<Run> {
  const { view, past, reused, done, checked, was, replaced, deadline } = retry
  const { store } = scope
  const { team } = checked.spec
  const carried = carryOver(past, reused, { was, is: team.agents, deadline, ...(replaced ? { replaced } : {}) })
  const executions = await inPortions([...carried], WRITTEN_AT_ONCE, async ([id, one]) => [id, await kept(store, one)])
  // By fromEntries, since `__proto__` is an ordinary id
  const reuse: Reuse = { executions: Object.fromEntries(executions) as Record<string, AgentExecution>, effects: done }
  const input: OrchestrateInput = {
    ...startInput(checked),
    store: store.identity,
    retry: { of: view.run, reuse: await store.artifacts.put(JSON.stringify(reuse)) },
  }
  const workflowId = await launch(scope, input, retry.launch)
  // Its worker does the same, should we not come to it
  await store.records.create(retryRecord(view.run, workflowId), { workflowId })
  return new Run(scope, workflowId)
}

async function kept(store: Store, { execution, subtasks }: CarriedExecution): Promise<AgentExecution> {
  if (!subtasks || !execution.spawned) return execution
  const fragment = await store.artifacts.put(JSON.stringify({ subtasks }))
  return { ...execution, spawned: { ...execution.spawned, fragment } }
}
