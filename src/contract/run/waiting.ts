// PURE. Why is it waiting? A reason for every subtask of a run that has not ended, from what a status knows, and for the run.
import { firstOf } from '../json'
import type { SubtaskRow } from '../run'
import { isEnded } from './run-state'
import { blockers, spawnedBy } from './waiting-blockers'
import { troupeCommand } from './waiting-commands'
import { executionReason, pauseReason, slotReason } from './waiting-executions'
import type { Reason, WaitingFacts, WaitingReason } from './waiting-facts'
import { askingReason, heldReason, nobody, settlingReason } from './waiting-people'

export type { PendingExecution, Unserved, WaitingFacts, WaitingKind, WaitingReason } from './waiting-facts'

/** Dependencies that are named; more would not be read. */
const NAMED = 3

/** In the run's order; a reason of the run itself, which has no `subtask`, comes last. `now` in milliseconds. */
export function whyWaiting(facts: WaitingFacts, now: number): WaitingReason[] {
  const { subtasks: rows } = facts
  if (facts.source === 'document') return []
  const spawned = spawnedBy(rows)
  const own = ownReasons(facts, now)
  const blockerOf = blockers(rows, own, spawned)
  const lines = new Map<number, number | undefined>()
  const reasons = rows.flatMap((row, place): WaitingReason[] => {
    if (isEnded(row.state)) return []
    const alone = own[place]
    const reason = alone?.kind === 'map' ? blockedBy(alone, inLine(row)) : (alone ?? waitsForOthers(row, place))
    return [{ subtask: row.id, ...reason }]
  })
  return [...reasons, ...runReasons(facts, reasons.length)]

  /** Names those, and what a person can do about the first that does not go on by itself. */
  function waitsForOthers(row: SubtaskRow, place: number): Reason {
    const sentence = row.state === 'joining' ? joining(rows, spawned.get(place) ?? []) : dependencies(row, rows)
    const kind = row.state === 'joining' ? 'joining' : 'dependencies'
    return blockedBy({ kind, sentence }, blockerOf(place))
  }

  /** Of what waits for its turn in a map: the first of those under way that waits for a person. */
  function inLine({ parent }: SubtaskRow): number | undefined {
    if (parent === undefined) return undefined
    if (!lines.has(parent)) {
      // What is held has given its place to the next
      const underWay = (spawned.get(parent) ?? []).filter(
        (one) => !isEnded(rows[one]!.state) && rows[one]!.state !== 'held' && rows[one]!.heldBack === undefined,
      )
      lines.set(
        parent,
        underWay.map(blockerOf).find((one) => one !== undefined),
      )
    }
    return lines.get(parent)
  }

  function blockedBy({ kind, sentence }: Reason, blocker: number | undefined): Reason {
    if (blocker === undefined) return { kind, sentence }
    const { command, sentence: why } = own[blocker]!
    const { id } = rows[blocker]!
    return {
      kind,
      sentence: `${sentence}; ${id}: ${why}`,
      ...(command === undefined ? {} : { command }),
      blocker: id,
    }
  }
}

/** What each subtask itself waits for, by place; undefined for those that have ended or wait for others. */
function ownReasons(facts: WaitingFacts, now: number): (Reason | undefined)[] {
  const { subtasks: rows, pending, unserved, blocked, runId, source } = facts
  const executions = new Map(pending.map((execution) => [execution.subtask, execution]))
  const lying = new Map(unserved.flatMap(({ taskQueue, subtasks }) => subtasks.map((id) => [id, taskQueue])))
  const queues = new Map(unserved.map(({ agent, taskQueue }) => [agent, taskQueue]))
  const standing = new Map(blocked.map((worker) => [worker.worker, worker]))
  const nobodyServes = source === 'history'
  return rows.map((row): Reason | undefined => {
    switch (row.state) {
      case 'running': {
        if (row.settling) return settlingReason()
        const execution = executions.get(row.id)
        const unservedQueue = lying.get(row.id)
        const worker = execution?.worker === undefined ? undefined : standing.get(execution.worker)
        return executionReason({
          runId,
          now,
          ...(execution ? { execution } : {}),
          ...(unservedQueue === undefined ? {} : { unservedQueue }),
          ...(worker ? { blocked: worker } : {}),
        })
      }
      case 'ready':
        return nobodyServes ? nobody(runId, NOTHING_STARTS) : slotReason(row, facts, queues.get(row.agent))
      case 'asking':
        return askingReason(row, facts)
      case 'held':
        return heldReason(row, facts)
      case 'waiting':
        return row.dependsOn.some((place) => rows[place] && !isEnded(rows[place].state))
          ? undefined
          : evaluating(row, facts)
      default:
        return undefined
    }
  })
}

const NOTHING_STARTS = 'no worker carries on with the run, so that nothing new starts'

/** Its dependencies have ended: its conditions, its elements or its question come next. */
function evaluating(row: SubtaskRow, facts: WaitingFacts): Reason {
  if (facts.source === 'history') return nobody(facts.runId, NOTHING_STARTS)
  const pause = row.settling ? undefined : pauseReason(row.agent, facts)
  if (pause) return pause
  if (facts.continuing && !row.settling)
    return { kind: 'continuing', sentence: 'the run continues as new, and starts nothing for a moment' }
  return { kind: 'evaluating', sentence: 'what it depends on has ended: it is looked at whether, and how, it runs' }
}

function dependencies({ dependsOn, parent }: SubtaskRow, rows: readonly SubtaskRow[]): string {
  const open = dependsOn.flatMap((place) => rows[place] ?? []).filter(({ state }) => !isEnded(state))
  // Within one spawn short ids say enough
  const prefix = parent === undefined ? '' : `${rows[parent]?.id}/`
  const named = firstOf(open, NAMED, ({ id, state }) => {
    const name = prefix !== '' && id.startsWith(prefix) ? id.slice(prefix.length) : id
    return `${name} (${state})`
  })
  return `waits for ${named}`
}

function joining(rows: readonly SubtaskRow[], children: readonly number[]): string {
  const done = children.filter((place) => isEnded(rows[place]!.state)).length
  return `waits for what it spawned: ${done} of ${children.length} done`
}

/** Of a run that has nothing to do, or of which nobody has begun to. */
function runReasons({ runId, status, source, open }: WaitingFacts, unfinished: number): WaitingReason[] {
  if (unfinished > 0) return []
  if (status === 'preparing')
    return source === 'history' ? [nobody(runId, 'no worker has taken the run up: its plan is not checked yet')] : []
  if (status !== 'running' || !open) return []
  if (source === 'history') return [nobody(runId, 'no worker carries on with the run, which waits for events')]
  const sentence = 'nothing is to be done: the run stays open for events until it is closed'
  return [{ kind: 'events', sentence, command: troupeCommand('close', [runId]) }]
}
