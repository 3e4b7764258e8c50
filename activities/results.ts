// EFFECTS. Results of executions as records: written before the orchestrator hears of them, read by whoever refers to them (`Outputs`).
import type { JsonValue } from '../src/contract/json'
import type { AgentExecution } from '../src/contract/activity-messages'
import type { RunKey } from '../src/contract/messages'
import { resultRecord } from '../src/contract/records'
import type { Store } from '../src/storage/store'

/** A result that stands, or undefined. */
export async function readResult(store: Store, run: RunKey, subtask: string): Promise<AgentExecution | undefined> {
  return (await store.records.read(resultRecord(run, subtask))) as AgentExecution | undefined
}

/** Keeps a result, unless an earlier attempt left one: then that one stands. */
export async function keepResult(
  store: Store,
  run: RunKey,
  subtask: string,
  execution: AgentExecution,
): Promise<AgentExecution> {
  const { value } = await store.records.create(resultRecord(run, subtask), execution as unknown as JsonValue)
  return value as unknown as AgentExecution
}
