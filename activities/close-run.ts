// EFFECTS. The last step of a run: its final document, as one artifact that can be read without any worker.
import { inPortions } from '../src/contract/in-portions'
import { jsonBytes } from '../src/contract/json'
import { ANSWER_BYTES } from '../src/contract/limits'
import type { CloseRunInput } from '../src/contract/activity-messages'
import type { AgentResult, RunDocument, RunResult, SubtaskRow } from '../src/contract/run'
import { toAgentResult } from '../src/contract/run/agent-result'
import { totalsOf } from '../src/contract/run/spending'
import type { ActivityDependencies } from './dependencies'
import { toPostponement } from './failures'
import type { Outputs } from './outputs'
import { Spendings } from './spending'
import { assertStore } from './store-identity'

/** Records read at once. */
const READ_AT_ONCE = 32
/** What a run's result may take for its subtasks' results: the rest of the answer and a failure's text need room too. */
const INLINE_RESULTS_BYTES = ANSWER_BYTES - 16 * 1024

export function createCloseRun(
  deps: ActivityDependencies,
  outputs: Outputs,
): (input: CloseRunInput) => Promise<RunResult> {
  const spendings = new Spendings(deps.store)

  return async function closeRun(told) {
    try {
      assertStore(deps.store, told.store)
      const input = { ...told, subtasks: await withSpending(told, spendings) }
      const results = await collectResults(input, outputs)
      const segments = [...input.segments, ...(await sealRest(input, deps))]
      const { run, store, segments: _sealed, events: _rest, ...closed } = input
      const { status, counts, startedAt, endedAt, subtasks } = closed
      const totals = totalsOf(subtasks)
      const document: RunDocument = { ...run, ...totals, ...closed, results, events: segments }
      const artifact = await deps.store.artifacts.put(Buffer.from(JSON.stringify(document)))
      const durationMs = Date.parse(endedAt) - Date.parse(startedAt)
      const result: RunResult = { status, counts, durationMs, ...totals, store, document: artifact }
      return jsonBytes(results) <= INLINE_RESULTS_BYTES ? { ...result, results } : result
    } catch (error) {
      throw toPostponement(error)
    }
  }
}

/** The store knows more than the orchestrator was told: an execution whose worker died told nothing. */
async function withSpending({ run, subtasks }: CloseRunInput, spendings: Spendings): Promise<SubtaskRow[]> {
  const spent = await spendings.of(run).settled()
  return subtasks.map((row) => {
    const { tokens, cost, unconfirmedCalls } = spent.get(row.id) ?? {}
    if (tokens === undefined) return row
    return {
      ...row,
      tokensUsed: tokens,
      ...(cost === undefined ? {} : { cost }),
      ...(unconfirmedCalls ? { unconfirmedCalls } : {}),
    }
  })
}

async function sealRest({ events }: CloseRunInput, deps: ActivityDependencies): Promise<RunDocument['events']> {
  if (events.length === 0) return []
  const artifact = await deps.store.artifacts.put(Buffer.from(JSON.stringify(events)))
  return [{ artifact, from: events[0]!.offset, to: events.at(-1)!.offset }]
}

/** By fromEntries, since `__proto__` is an ordinary id. */
async function collectResults(
  { run, subtasks }: CloseRunInput,
  outputs: Outputs,
): Promise<Record<string, AgentResult>> {
  const entry = async (row: SubtaskRow): Promise<[string, AgentResult]> => {
    const standing = row.state === 'succeeded' ? await outputs.standing(run, row.id) : undefined
    return [row.id, toAgentResult(row, standing)]
  }
  return Object.fromEntries(await inPortions(subtasks, READ_AT_ONCE, entry))
}
