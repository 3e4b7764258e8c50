// HOST, pure. One event of a run on one line: place, time, type, source, and what it says.
import type { AgentEvent } from '../../contract/event'
import { isObject } from '../../contract/json'
import { ORCHESTRATOR_SOURCE } from '../../contract/names'
import { painter, type Piece, type Style } from './line'
import { duration } from './time'
import { shortJson } from './values'
import { pad } from './width'

/** Characters of a payload. */
const PAYLOAD_LENGTH = 200
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
  const { offset, timestamp, type, source, payload, correlationId } = event
  const own = source === ORCHESTRATOR_SOURCE
  const from = own
    ? ''
    : `${source}${correlationId === undefined || correlationId === source ? '' : ` [${correlationId}]`}  `
  const style = own ? STYLES[type.split('.')[1] ?? ''] : 'cyan'
  const shown = pad(type, TYPE_COLUMNS)
  const said: Piece[] =
    own && isObject(payload) ? transition(payload) : [payload === null ? '' : shortJson(payload, PAYLOAD_LENGTH)]
  return painter(color)([
    ['dim', `${String(offset).padStart(5)}  ${timestamp}  `],
    style ? [style, shown] : shown,
    '  ',
    from,
    ...said,
  ]).trimEnd()
}

/** The orchestrator's own events: the subtask, then what is known of its end. */
function transition(payload: Record<string, unknown>): Piece[] {
  const { subtask, agent, error, durationMs, attempt, tokensUsed, ...others } = payload
  const pieces: Piece[] = []
  if (typeof subtask === 'string') pieces.push(subtask)
  if (typeof agent === 'string' && agent !== subtask) pieces.push(['dim', `  ${agent}`])
  if (typeof durationMs === 'number') pieces.push(`  ${duration(durationMs)}`)
  if (typeof attempt === 'number' && attempt > 1) pieces.push(`  attempt ${attempt}`)
  if (typeof tokensUsed === 'number' && tokensUsed > 0) pieces.push(`  ${tokensUsed} tokens`)
  if (isObject(error)) pieces.push(['red', `  ${String(error.code)}`], `: ${shortJson(error.message, PAYLOAD_LENGTH)}`)
  const rest = shortJson(others, PAYLOAD_LENGTH)
  return rest === '{}' ? pieces : [...pieces, pieces.length > 0 ? '  ' : '', ['dim', rest]]
}
