// What must hold of a run's state after every step: the same as in the model, and what its rows say must fit together.
import type { AgentEvent } from '../../../src/contract/event'
import { SUBTASK_STATES, type SubtaskRow } from '../../../src/contract/run'
import type { ComparedRun } from './compared-run'
import { hasEnded, isHeldBack, type Item } from './reference-item'

/** The events that the model foresees. */
const FORESEEN = /^(task\.created|subtask\.|person\.)/

export function told({ type, payload }: AgentEvent): string[] {
  return FORESEEN.test(type) ? [`${type} ${(payload as { subtask: string }).subtask}`] : []
}

export function compare(run: ComparedRun, wasStopping: boolean): void {
  const { state, model } = run
  if (model.stopping && !wasStopping) adopt(run)
  const problems: string[] = []
  if (state.rows.length !== model.items.size) problems.push(`${state.rows.length} subtasks, not ${model.items.size}`)
  const counts = Object.fromEntries(SUBTASK_STATES.map((one) => [one, 0]))
  for (const row of state.rows) {
    counts[row.state]!++
    const item = model.items.get(row.id)
    if (!item) problems.push(`${row.id} is in no plan`)
    else problems.push(...rowProblems(row, item))
  }
  for (const one of SUBTASK_STATES)
    if (counts[one] !== state.states[one])
      problems.push(`${state.states[one]} are counted as ${one}, not ${counts[one]}`)
  for (const work of run.inFlight) {
    if (work.kind !== 'execution') continue
    const item = run.item(work.place)
    const mustEnd = item.cancelled || model.stopping
    if (mustEnd && !run.interrupted.has(work.place)) problems.push(`${item.id} is not told to end`)
    if (!mustEnd && run.interrupted.has(work.place)) problems.push(`${item.id} is told to end`)
  }
  if (state.planVersion !== model.planVersion) problems.push(`the plan's version is ${state.planVersion}`)
  if (problems.length > 0) throw new Error(problems.join('\n'))
}

function rowProblems(row: SubtaskRow, item: Item): string[] {
  const problems: string[] = []
  const expect = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) problems.push(`${row.id}: ${what} is ${String(found)}, must be ${String(expected)}`)
  }
  expect('state', row.state, item.state)
  if (hasEnded(item) || item.state === 'held') expect('code', row.error?.code, item.code)
  else expect('error', row.error, undefined)
  expect('endedAt', row.endedAt !== undefined, hasEnded(item))
  expect('request', row.request !== undefined, item.state === 'asking')
  expect('settling', row.settling === true, item.given !== undefined ? !hasEnded(item) : isBeingLookedAt(item))
  const isByHand = item.replaced && (item.state === 'running' || item.state === 'succeeded')
  expect('replacedBy', row.replacedBy, isByHand ? 'ann' : undefined)
  expect('heldBack', row.heldBack !== undefined, isHeldBack(item))
  if ((item.state === 'running' && item.given === undefined) || item.state === 'asking')
    expect('startedAt', row.startedAt !== undefined, true)
  return problems
}

function isBeingLookedAt({ state, look }: Item): boolean {
  return state === 'waiting' && look === 'now'
}

/**
 * In the step in which a run fails fast it is a matter of order whether a subtask was skipped just before, or is cancelled:
 * the model takes over what was.
 */
function adopt({ state, model }: ComparedRun): void {
  for (const { id, state: found, error } of state.rows) {
    const item = model.items.get(id)
    if (!item || item.state === found) continue
    const ends = ['skipped', 'cancelled']
    if (!ends.includes(found) || !ends.includes(item.state)) continue
    model.told = model.told.map((one) => (one === `subtask.${item.state} ${id}` ? `subtask.${found} ${id}` : one))
    item.state = found
    item.code = error!.code
  }
}
