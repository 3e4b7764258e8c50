// EFFECTS. Tells the open runs of a team which of its agents are paused, each by one signal: the whole state, so that no
// order matters and once too often does no harm.
import { Context } from '@temporalio/activity'
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common'
import type { SpreadPausesInput, SpreadPausesResult } from '../src/contract/control'
import { messageOf } from '../src/contract/errors'
import { inPortions } from '../src/contract/in-portions'
import { AGENTS_SIGNAL, ORCHESTRATE, SEARCH_ATTRIBUTES } from '../src/contract/names'
import type { ActivityDependencies } from './dependencies'

/** Signals under way at once: a thousand runs take some seconds, and the server serves others besides. */
const SIGNALS_AT_ONCE = 20
/** One call, with the SDK's own attempts. */
const CALL_TIMEOUT_MS = 10_000
/** Runs of one page of the list. */
const PAGE_SIZE = 500
/** The other side's word that a signal is never taken: gRPC's invalid argument, not found, failed precondition. */
const REFUSED_CODES = [3, 5, 9]

export function createSpreadPauses({
  searchAttributes,
}: Pick<ActivityDependencies, 'searchAttributes'>): (input: SpreadPausesInput) => Promise<SpreadPausesResult> {
  return async function spreadPauses({ paused, startedAfter }) {
    const { client, heartbeat } = Context.current()
    const inTime = <Value>(call: () => Promise<Value>): Promise<Value> =>
      client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call)

    async function tell(workflowId: string): Promise<'told' | 'refused' | Error> {
      try {
        await inTime(() => client.workflow.getHandle(workflowId).signal(AGENTS_SIGNAL, paused))
        return 'told'
      } catch (error) {
        return isRefusal(error) ? 'refused' : new Error(messageOf(error))
      } finally {
        heartbeat()
      }
    }

    const runs = await inTime(() => idsOf(client.workflow.list({ query: query(), pageSize: PAGE_SIZE })))
    const answers = await inPortions(runs, SIGNALS_AT_ONCE, tell)
    const failures = answers.filter((answer) => answer instanceof Error)
    if (failures.length === 0) return { told: answers.filter((answer) => answer === 'told').length }
    const message = `${failures.length} of ${runs.length} runs could not be told which agents of the team "${paused.team}" are paused: ${failures[0]!.message}`
    throw ApplicationFailure.create({ type: 'ConnectionFailed', message })

    /** What is being prepared has no team yet; a run that is of another one takes no notice. */
    function query(): string {
      const { team } = SEARCH_ATTRIBUTES
      const conditions = [`WorkflowType = '${ORCHESTRATE}'`, "ExecutionStatus = 'Running'"]
      if (searchAttributes) conditions.push(`(${team} = '${paused.team}' OR ${team} IS NULL)`)
      if (startedAfter !== undefined) conditions.push(`StartTime >= '${startedAfter}'`)
      return conditions.join(' AND ')
    }
  }
}

async function idsOf(runs: AsyncIterable<{ workflowId: string }>): Promise<string[]> {
  const ids: string[] = []
  for await (const { workflowId } of runs) ids.push(workflowId)
  return ids
}

/** It has ended, or takes no signal for good: what it holds is not changed by asking again. */
function isRefusal(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) return true
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  return REFUSED_CODES.includes((code ?? cause?.code) as number)
}
