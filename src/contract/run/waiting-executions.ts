// PURE. Why a subtask that was handed to its agent's queue has not ended, and why one that is ready was not handed over.
import { short } from '../json'
import { MAX_IN_FLIGHT } from '../limits'
import type { BlockedWorker } from '../records'
import type { SubtaskRow } from '../run'
import { clock, elapsed, since } from '../time'
import { serveCommand, troupeCommand } from './waiting-commands'
import { pausedBy, type PendingExecution, type Reason, type WaitingFacts } from './waiting-facts'

export interface ExecutionFacts {
  runId: string
  now: number
  /** What Temporal knows of it. */
  execution?: PendingExecution
  /** Its queue, if nobody serves that. */
  unservedQueue?: string
  /** Its worker, if that stands still. */
  blocked?: BlockedWorker
}

export function executionReason(facts: ExecutionFacts): Reason {
  const { runId, now, execution, unservedQueue, blocked } = facts
  if (execution?.state !== 'scheduled') {
    if (blocked) return blockedReason(blocked, now)
    return { kind: 'running', sentence: ['runs', ...runningDetails(execution)].join(', ') }
  }
  const { attempt, lastFailure, nextAttemptAt } = execution
  const failure = lastFailure === undefined ? '' : `: ${short(lastFailure)}`
  if (unservedQueue !== undefined) {
    const again = failure && `; attempt ${attempt} follows${failure}`
    return { ...unserved(runId, unservedQueue), sentence: `no worker serves ${unservedQueue}${again}` }
  }
  if (failure === '') return { kind: 'queued', sentence: 'waits for a free worker' }
  const until = nextAttemptAt === undefined ? {} : { until: nextAttemptAt }
  return { kind: 'retrying', sentence: `attempt ${attempt} ${due(nextAttemptAt, now)}${failure}`, ...until }
}

/** Attempt, whether it was told to end, and its progress: what there is to say of them. */
export function runningDetails(execution: PendingExecution | undefined): string[] {
  const { attempt = 1, state, progress } = execution ?? {}
  return [
    attempt > 1 ? `attempt ${attempt}` : '',
    state === 'cancelling' ? 'told to end' : '',
    progress === undefined ? '' : progressText(progress),
  ].filter(Boolean)
}

/** Of one that is ready: what keeps it from being handed over. */
export function slotReason(row: SubtaskRow, facts: WaitingFacts, unservedQueue: string | undefined): Reason {
  const { runId, agents, continuing } = facts
  const pause = pauseReason(row.agent, facts)
  if (pause) return pause
  if (continuing) return { kind: 'continuing', sentence: 'the run continues as new, and starts nothing for a moment' }
  if (row.heldBack === 'map')
    return { kind: 'map', sentence: 'its map has as many under way as its maxInFlight allows' }
  if (unservedQueue !== undefined) return unserved(runId, unservedQueue)
  const known = agents.find(({ name }) => name === row.agent)
  const all = agents.reduce((sum, { inFlight }) => sum + inFlight, 0)
  const line = place(row.position, known?.ready)
  if (all >= MAX_IN_FLIGHT)
    return { kind: 'slot', sentence: `the run has ${all} subtasks under way, as many as it may${line}` }
  const use = known ? `: ${known.inFlight} of ${known.window} in use${line}` : line
  const more = known ? { command: serveCommand(runId, known.taskQueue) } : {}
  return { kind: 'slot', sentence: `waits for a slot of ${row.agent}${use}`, ...more }
}

/** Of whatever would start next: a pause of the run, or of its agent. */
export function pauseReason(agent: string, { runId, team, paused, pausedAgents }: WaitingFacts): Reason | undefined {
  if (paused)
    return {
      kind: 'paused',
      sentence: `the run is paused since ${clock(paused.at)} ${pausedBy(paused)}`,
      command: troupeCommand('resume', [runId]),
    }
  const pause = pausedAgents && Object.hasOwn(pausedAgents, agent) ? pausedAgents[agent] : undefined
  return (
    pause && {
      kind: 'agent-paused',
      sentence: `the agent ${agent} is paused since ${clock(pause.at)} ${pausedBy(pause)}`,
      command: troupeCommand('resume', [], ['--agent', agent, '--team', team]),
    }
  )
}

function unserved(runId: string, taskQueue: string): Reason {
  const command = serveCommand(runId, taskQueue)
  return { kind: 'unserved', sentence: `no worker serves ${taskQueue}`, command }
}

/** Its event loop hears nothing, and its other slots take further attempts: only its end lets another worker have them. */
function blockedReason({ worker, since: from, executions }: BlockedWorker, now: number): Reason {
  const agents = [...new Set(executions.map(({ agent }) => agent))].join(' or ')
  const sentence = `its worker ${worker} stands still for ${elapsed(since(from, now))}, blocked by ${agents}: give it isolation: 'process'`
  const [, process, host] = /^([1-9]\d*)@([^/]+)/.exec(worker) ?? []
  return process === undefined
    ? { kind: 'blocked', sentence }
    : { kind: 'blocked', sentence: `${sentence}, and end that process on ${host}`, command: `kill -KILL ${process}` }
}

function place(position: number | undefined, ready: number | undefined): string {
  if (position !== undefined) return `, place ${position}${ready === undefined ? '' : ` of ${ready}`} in line`
  return ready === undefined ? '' : `, ${ready} wait`
}

function due(at: string | undefined, now: number): string {
  if (at === undefined) return 'is due'
  const left = Date.parse(at) - now
  return left > 0 ? `at ${clock(at)}, in ${elapsed(left + 999)}` : `is due since ${clock(at)}`
}

/** `context.progress({ done: 3, total: 10 })` reads `3/10`; anything else as it is. */
function progressText(value: unknown): string {
  const { done, total, ...others } = (value ?? {}) as { done?: unknown; total?: unknown }
  const counted = typeof done === 'number' && typeof total === 'number'
  return counted && Object.keys(others).length === 0 ? `${done}/${total}` : short(value)
}
