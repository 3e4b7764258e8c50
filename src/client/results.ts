// HOST. Results of a run's subtasks, from whoever has them: the final document, the records in the store, the history.
import { inPortions } from '../contract/in-portions'
import { TroupeError } from '../contract/errors'
import type { JsonValue } from '../contract/json'
import type { AgentExecution } from '../contract/activity-messages'
import { elementId, resultRecord } from '../contract/records'
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
  return known && Object.hasOwn(known, row.id) ? known[row.id]! : new Recorded(scope, view).result(row)
}

/** The results of all subtasks that have ended, by id, outputs in full where the store has them. */
export async function resultsSoFar(scope: ClientScope, view: RunView): Promise<Record<string, AgentResult>> {
  const known = resultsOf(view)
  const ended = view.subtasks.filter(({ state }) => isEnded(state))
  const recorded = new Recorded(scope, view)
  const results = known ? Object.values(known) : await inPortions(ended, READ_AT_ONCE, (row) => recorded.result(row))
  // A store that is out of reach leaves references in place: the run itself did not fail
  const full = await inPortions(results, READ_AT_ONCE, (result) => withOutput(scope.store, result).catch(() => result))
  return Object.fromEntries(full.map((result) => [result.taskId, result]))
}

/** Results of a run that is not closed. */
class Recorded {
  private readonly places: ReadonlyMap<string, number>

  constructor(
    private readonly scope: ClientScope,
    private readonly view: RunView,
  ) {
    this.places = new Map(view.subtasks.map(({ id }, place) => [id, place]))
  }

  async result(row: SubtaskRow): Promise<AgentResult> {
    return toAgentResult(row, row.state === 'succeeded' ? await this.execution(row.id) : undefined)
  }

  private async execution(subtask: string): Promise<Pick<AgentExecution, 'output' | 'agentVersion'>> {
    const left = await this.left(subtask)
    if (left.outputFrom !== undefined) return { ...left, output: (await this.execution(left.outputFrom)).output }
    if (left.outputOfEach === undefined) return left
    return { ...left, output: { inline: await this.list(subtask, left.outputOfEach) } }
  }

  /** The outputs of a map's subtasks in order, in full; null for one that was skipped. */
  private async list(map: string, count: number): Promise<JsonValue[]> {
    const indexes = Array.from({ length: count }, (_, index) => index)
    return inPortions(indexes, READ_AT_ONCE, async (index) => {
      const row = this.view.subtasks[this.places.get(elementId(map, index)) ?? -1]
      if (row?.state !== 'succeeded') return null
      return (await withOutput(this.scope.store, await this.result(row))).output as JsonValue
    })
  }

  /** The record that the execution left, or what the history holds of it where the store does not have it. */
  private async left(subtask: string): Promise<AgentExecution> {
    const { store } = this.scope
    const { run, history, store: ofRun } = this.view
    const inHistory = history?.executions.get(this.places.get(subtask) ?? -1)
    const reading = store.records.read(resultRecord(run, subtask)) as Promise<unknown>
    const record = (await (inHistory ? reading.catch(() => undefined) : reading)) as AgentExecution | undefined
    const found = record ?? inHistory
    if (found) return found
    const message = `the store ${store.identity.location} has no result of "${subtask}"`
    throw new TroupeError('StoreMismatch', message, {
      hint: `set TROUPE_STORE to the run's store${ofRun ? `, ${ofRun.location}` : ''}`,
    })
  }
}
