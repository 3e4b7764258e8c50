// HOST. Results of a run's subtasks, from whoever has them: the final document, the records in the store, the history.
import { inPortions } from '../contract/in-portions'
import { TroupeError } from '../contract/errors'
import type { AgentExecution } from '../contract/messages'
import { resultRecord } from '../contract/records'
import type { AgentResult, RunCounts, RunStatus, SubtaskRow } from '../contract/run'
import { toAgentResult } from '../contract/run/agent-result'
import { isEnded } from '../contract/run/run-state'
import { withOutput } from './documents'
import type { RunOutcome } from './outcome'
import { resultsOf, type RunView } from './run-view'
import type { ClientScope } from './scope'

/** Records that are read at a time. */
const READ_AT_ONCE = 16

/** What a run has left so far; the same as its outcome once it is closed. */
export interface RunResults extends Omit<RunOutcome, 'status'> {
  status: RunStatus
  counts: RunCounts
  /** What a reader should know: that no worker runs, that a store is out of reach. */
  notes: string[]
}

/** One ended subtask's result; a large output stays a reference. */
export async function resultOf(scope: ClientScope, view: RunView, row: SubtaskRow): Promise<AgentResult> {
  const known = resultsOf(view)
  return known && Object.hasOwn(known, row.id) ? known[row.id]! : fromRecord(scope, view, row)
}

/** The results of all subtasks that have ended, by id, outputs in full where the store has them. */
export async function resultsSoFar(scope: ClientScope, view: RunView): Promise<Record<string, AgentResult>> {
  const known = resultsOf(view)
  const ended = view.subtasks.filter(({ state }) => isEnded(state))
  const results = known
    ? Object.values(known)
    : await inPortions(ended, READ_AT_ONCE, (row) => fromRecord(scope, view, row))
  // A store that is out of reach leaves references in place: the run itself did not fail
  const full = await inPortions(results, READ_AT_ONCE, (result) => withOutput(scope.store, result).catch(() => result))
  return Object.fromEntries(full.map((result) => [result.taskId, result]))
}

async function fromRecord(scope: ClientScope, view: RunView, row: SubtaskRow): Promise<AgentResult> {
  return toAgentResult(row, row.state === 'succeeded' ? await execution(scope, view, row.id) : undefined)
}

/** The record that the execution left, or what the history holds of it where the store does not have it. */
async function execution(scope: ClientScope, view: RunView, subtask: string): Promise<AgentExecution> {
  const { store } = scope
  const place = view.subtasks.findIndex(({ id }) => id === subtask)
  const inHistory = view.history?.executions.get(place)
  const reading = store.records.read(resultRecord(view.run, subtask)) as Promise<unknown>
  const record = (await (inHistory ? reading.catch(() => undefined) : reading)) as AgentExecution | undefined
  const found = record ?? inHistory
  if (!found) {
    const message = `the store ${store.identity.location} has no result of "${subtask}"`
    throw new TroupeError('StoreMismatch', message, {
      hint: `set TROUPE_STORE to the run's store${view.store ? `, ${view.store.location}` : ''}`,
    })
  }
  return found.outputFrom === undefined
    ? found
    : { ...found, output: (await execution(scope, view, found.outputFrom)).output }
}
