// HOST, pure. One event of a run on one line: place, time, type, source, and what it says.
import type { AgentEvent } from '../../contract/event'
import { isObject, short } from '../../contract/json'
import type { Cost } from '../../contract/prices'
import { ORCHESTRATOR_SOURCE } from '../../contract/names'
import { painter, type Piece, type Style } from './line'
import { clock, duration } from '../../contract/time'
import { usageText } from './tokens'
import { pad } from './width'

/** Columns of a type: the orchestrator's longest is `subtask.completed`. */
const TYPE_COLUMNS = 17
const STYLES: Partial<Record<string, Style>> = {
  completed: 'green',
  failed: 'red',
  refused: 'red',
  skipped: 'yellow',
  cancelled: 'yellow',
}

/** Times stay ISO, as `--since` takes them. */
export function renderEvent(event: AgentEvent, { color }: { color: boolean }): string {
  const { offset, timestamp } = event
  return painter(color)([['dim', `${String(offset).padStart(5)}  ${timestamp}  `], ...saidPieces(event)]).trimEnd()
}

/** The same for a watcher, with the time of day. */
export function recentEventPieces(event: AgentEvent): Piece[] {
  return [['dim', `  ${clock(event.timestamp)}  `], ...saidPieces(event)]
}

/** Whether a person wants to be told: that a subtask is there is seen when it begins, or is never begun. */
export function isNews({ source, type }: AgentEvent): boolean {
  return source !== ORCHESTRATOR_SOURCE || type !== 'task.created'
}

function saidPieces({ type, source, payload, correlationId }: AgentEvent): Piece[] {
  const own = source === ORCHESTRATOR_SOURCE
  const from = own
    ? ''
    : `${source}${correlationId === undefined || correlationId === source ? '' : ` [${correlationId}]`}  `
  const style = own ? STYLES[type.split('.')[1] ?? ''] : 'cyan'
  const shown = pad(type, TYPE_COLUMNS)
  const said: Piece[] = own && isObject(payload) ? transition(payload) : [payload === null ? '' : short(payload)]
  return [style ? [style, shown] : shown, '  ', from, ...said]
}

/** The orchestrator's own events: the subtask, then what is known of its end. */
function transition(payload: Record<string, unknown>): Piece[] {
  const { subtask, agent, error, durationMs, attempt, tokensUsed, cost, unconfirmedCalls, ...others } = payload
  const pieces: Piece[] = []
  if (typeof subtask === 'string') pieces.push(subtask)
  if (typeof agent === 'string' && agent !== subtask) pieces.push(['dim', `  ${agent}`])
  if (typeof durationMs === 'number') pieces.push(`  ${duration(durationMs)}`)
  if (typeof attempt === 'number' && attempt > 1) pieces.push(`  attempt ${attempt}`)
  const known = typeof cost === 'number' || cost === 'unknown' ? { cost: cost as Cost } : {}
  const used = { tokensUsed: numberIn(tokensUsed), ...known, unconfirmedCalls: numberIn(unconfirmedCalls) }
  const tokens = usageText(used)
  if (tokens) pieces.push(`  ${tokens}`)
  if (isObject(error)) pieces.push(['red', `  ${String(error.code)}`], `: ${short(error.message)}`)
  const rest = short(others)
  return rest === '{}' ? pieces : [...pieces, pieces.length > 0 ? '  ' : '', ['dim', rest]]
}

function numberIn(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
