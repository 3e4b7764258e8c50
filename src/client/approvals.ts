// HOST. What people are asked, over all runs that have not ended.
import { asTroupeError, messageOf } from '../contract/errors'
import { inPortions } from '../contract/in-portions'
import type { JsonObject, JsonValue } from '../contract/json'
import type { RunKey } from '../contract/messages'
import type { HumanPayload } from '../contract/people'
import { requestsPrefix, type RequestRecord } from '../contract/records'
import type { SubtaskRow, TimeoutMeaning } from '../contract/run'
import { troupeCommand } from '../contract/run/waiting-commands'
import { answerCommand } from '../contract/run/waiting-people'
import { loadOutput } from '../storage/output'
import { explained } from './errors'
import { viewRun } from './run-view'
import { errorContext, type ClientScope } from './scope'

/** Open runs that are asked for what people are to decide: more would take minutes. */
const MAX_OPEN_RUNS = 10_000
/** Runs that are asked at once: each is a worker's query. */
const RUNS_AT_ONCE = 8
/** Records that are read at once. */
const READ_AT_ONCE = 16

/** One thing that a person is to decide. */
export interface Approval {
  run: string
  subtask: string
  /** All of it, where the store has it; else its first 200 characters. */
  prompt: string
  /** The answer is one of these. */
  choices?: string[]
  /** JSON Schema of the answer. */
  output?: JsonObject
  /** Anything that helps to decide. */
  details?: JsonValue
  /** ISO time of asking. */
  askedAt?: string
  /** ISO time after which nobody is asked any more, and what that means. */
  expiresAt?: string
  onTimeout?: TimeoutMeaning
  /** What says yes, or gives the first answer, on a command line. */
  command: string
}

/** Newest information: each run is asked now. A run that has ended in between has nothing to ask. */
export async function openApprovals(
  scope: ClientScope,
  openRuns: (limit: number) => Promise<RunKey[]>,
  onNote: (note: string) => void,
  limit = MAX_OPEN_RUNS,
): Promise<Approval[]> {
  const runs = await openRuns(limit + 1)
  if (runs.length > limit)
    onNote(
      `more than ${limit} runs are open, and only that many were asked: ${troupeCommand('status', ['RUN'])} tells what another one asks`,
    )
  const found = await inPortions(runs.slice(0, limit), RUNS_AT_ONCE, async ({ workflowId }) => {
    try {
      return await explained(errorContext(scope, workflowId), () => approvalsOf(scope, workflowId, onNote))
    } catch (error) {
      const code = asTroupeError(error)?.code
      if (code === 'ConnectionFailed') throw error
      if (code !== 'RunNotFound') onNote(`${workflowId}: ${messageOf(error)}`)
      return []
    }
  })
  return found.flat().sort(byExpiry)
}

async function approvalsOf(scope: ClientScope, runId: string, onNote: (note: string) => void): Promise<Approval[]> {
  const view = await viewRun(scope, runId)
  const asking = view.subtasks.filter(({ state }) => state === 'asking')
  if (asking.length > 0 && view.source === 'history')
    onNote(
      `no worker carries on with ${runId}: what is decided there is heard when one does: ${troupeCommand('attach', [runId])}`,
    )
  return inPortions(asking, READ_AT_ONCE, async (row) =>
    toApproval(runId, row, await fullRequest(scope, view.run, row)),
  )
}

/** What the store has of the request; a store that is out of reach leaves what the run itself tells. */
async function fullRequest(
  scope: ClientScope,
  run: RunKey,
  { id, request }: SubtaskRow,
): Promise<Partial<HumanPayload>> {
  const { store } = scope
  try {
    for (const name of (await store.records.list(requestsPrefix(run, id))).reverse()) {
      const kept = (await store.records.read(name)) as unknown as RequestRecord
      // An attempt that was given up may have written another one after it
      if (kept.approvalId !== request?.approvalId) continue
      const whole = 'inline' in kept.request ? kept.request.inline : await loadOutput(store, kept.request.reference)
      return whole as Partial<HumanPayload>
    }
  } catch {
    // What the run itself tells is left
  }
  return {}
}

function toApproval(run: string, row: SubtaskRow, full: Partial<HumanPayload>): Approval {
  const { id, request, startedAt } = row
  const { choices = full.choices, expiresAt, onTimeout } = request ?? {}
  return {
    run,
    subtask: id,
    prompt: full.prompt ?? request?.prompt ?? '',
    ...(choices ? { choices } : {}),
    ...(full.output ? { output: full.output } : {}),
    ...(full.details === undefined ? {} : { details: full.details }),
    ...(startedAt === undefined ? {} : { askedAt: startedAt }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(onTimeout === undefined ? {} : { onTimeout }),
    command: answerCommand(run, id, request),
  }
}

function byExpiry(a: Approval, b: Approval): number {
  const [first, second] = [a, b].map(({ expiresAt }) => (expiresAt === undefined ? Infinity : Date.parse(expiresAt)))
  return first! < second! ? -1 : first! > second! ? 1 : (a.askedAt ?? '').localeCompare(b.askedAt ?? '')
}
