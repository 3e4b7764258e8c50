// EFFECTS. Results of executions as records: written before the orchestrator hears of them, read by whoever refers to them.
import { TroupeError } from '../src/contract/errors'
import type { JsonValue } from '../src/contract/json'
import type { AgentExecution, RunKey } from '../src/contract/messages'
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

/** The result of a subtask that succeeded; with the output of a spawned one, where the subtask said so. */
export async function standingResult(store: Store, run: RunKey, subtask: string): Promise<AgentExecution> {
  const result = await readResult(store, run, subtask)
  if (!result)
    throw new TroupeError('Internal', `there is no result of "${subtask}" in the store ${store.identity.location}`)
  if (result.outputFrom === undefined) return result
  return { ...result, output: (await standingResult(store, run, result.outputFrom)).output }
}
