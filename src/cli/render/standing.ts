// HOST, pure. Where each unfinished subtask of a run stands, and what it waits for, in words.
import type { PendingExecution, RunStatusReport } from '../../client/status'
import type { SubtaskRow } from '../../contract/run'
import { isEnded } from '../../contract/run/run-state'
import { clock, elapsed, since } from '../../contract/time'
import { shortJson } from './values'

/** Dependencies that are named; more would not be read. */
const NAMED_DEPENDENCIES = 3

export type StandingKind = 'running' | 'retrying' | 'unserved' | 'queued' | 'joining' | 'slot' | 'dependencies'

export interface Standing {
  row: SubtaskRow
  kind: StandingKind
  /** Why it waits, or how far it is; empty if there is nothing to say. */
  text: string
}

/** Every subtask that has not ended, in the run's order. */
export function standings(view: RunStatusReport, now: number): Standing[] {
  const pending = new Map(view.pending.map((execution) => [execution.subtask, execution]))
  const unserved = new Map(view.unserved.flatMap(({ taskQueue, subtasks }) => subtasks.map((id) => [id, taskQueue])))
  const children = countChildren(view.subtasks)
  return view.subtasks.flatMap((row, place): Standing[] => {
    if (isEnded(row.state)) return []
    if (row.state === 'waiting') return [{ row, kind: 'dependencies', text: waitsFor(row, view.subtasks) }]
    if (row.state === 'ready') return [{ row, kind: 'slot', text: slot(row, view) }]
    if (row.state === 'joining') return [{ row, kind: 'joining', text: joining(children.get(place)) }]
    return [{ row, ...execution(pending.get(row.id), unserved.get(row.id), now) }]
  })
}

/** A subtask that was handed to its queue. */
function execution(
  known: PendingExecution | undefined,
  unservedQueue: string | undefined,
  now: number,
): Pick<Standing, 'kind' | 'text'> {
  if (known?.state === 'scheduled') {
    const failure = known.lastFailure === undefined ? '' : `: ${known.lastFailure}`
    const again = failure && `; attempt ${known.attempt} follows${failure}`
    if (unservedQueue !== undefined)
      return { kind: 'unserved', text: `waiting: no worker serves ${unservedQueue}${again}` }
    if (failure)
      return { kind: 'retrying', text: `attempt ${known.attempt} ${due(known.nextAttemptAt, now)}${failure}` }
    return { kind: 'queued', text: 'waits for a free worker' }
  }
  const parts = [
    (known?.attempt ?? 1) > 1 ? `attempt ${known!.attempt}` : '',
    known?.state === 'cancelling' ? 'told to end' : '',
    known?.progress === undefined ? '' : progress(known.progress),
  ]
  return { kind: 'running', text: parts.filter(Boolean).join(' · ') }
}

function due(at: string | undefined, now: number): string {
  if (at === undefined) return 'is due'
  const left = Date.parse(at) - now
  return left > 0 ? `at ${clock(at)}, in ${elapsed(left + 999)}` : `is due since ${clock(at)}`
}

/** `context.progress({ done: 3, total: 10 })` reads `3/10`; anything else as it is. */
function progress(value: unknown): string {
  const { done, total, ...others } = (value ?? {}) as { done?: unknown; total?: unknown }
  const counted = typeof done === 'number' && typeof total === 'number'
  return counted && Object.keys(others).length === 0 ? `${done}/${total}` : shortJson(value)
}

function waitsFor({ dependsOn, parent }: SubtaskRow, rows: readonly SubtaskRow[]): string {
  const open = dependsOn.flatMap((place) => rows[place] ?? []).filter(({ state }) => state !== 'succeeded')
  // Within one spawn short ids say enough
  const prefix = parent === undefined ? '' : `${rows[parent]?.id}/`
  const short = ({ id }: SubtaskRow): string => (id.startsWith(prefix) ? id.slice(prefix.length) : id)
  const named = open.slice(0, NAMED_DEPENDENCIES).map(short)
  const more = open.length - named.length
  if (named.length === 0) return 'waits for its dependencies'
  return `waits for ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function slot({ agent }: SubtaskRow, { agents }: RunStatusReport): string {
  const known = agents.find(({ name }) => name === agent)
  if (!known) return `waits for a slot of ${agent}`
  return `waits for a slot of ${agent}: ${known.inFlight} of ${known.window} in use, ${known.ready} wait`
}

function joining(children: { done: number; all: number } | undefined): string {
  return children ? `waits for what it spawned: ${children.done} of ${children.all} done` : 'waits for what it spawned'
}

function countChildren(rows: readonly SubtaskRow[]): Map<number, { done: number; all: number }> {
  const counts = new Map<number, { done: number; all: number }>()
  for (const { parent, state } of rows) {
    if (parent === undefined) continue
    const count = counts.get(parent) ?? { done: 0, all: 0 }
    count.all++
    if (isEnded(state)) count.done++
    counts.set(parent, count)
  }
  return counts
}

/** How long ago it was handed to its queue. */
export function runningFor(row: SubtaskRow, now: number): string {
  return row.startedAt === undefined ? '' : elapsed(since(row.startedAt, now))
}
