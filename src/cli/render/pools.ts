// HOST, pure. The pools of agents as a table: slots, busy, waiting, and the child processes of those that have them.
import type { AgentPool, PoolsReport } from '../../client/pools'
import { painter, type Piece } from './line'
import { tableLines } from './table'

const HEADINGS = ['agent', 'workers', 'slots', 'busy', 'waiting', 'warm', 'restarts', 'recycled'] as const

export function renderPools({ pools, notes }: PoolsReport, { color }: { color: boolean }): string[] {
  const paint = painter(color)
  const { heading, lines: rows } = tableLines(HEADINGS, pools.map(cells))
  const failures = pools.flatMap(({ agent, failing = [] }) => [...new Set(failing)].map((why) => ({ agent, why })))
  const lines: Piece[][] = [
    [['dim', pools.length === 0 ? 'no agent is served, and none is waited for' : heading]],
    ...rows.map((row): Piece[] => [row]),
    ...failures.map(({ agent, why }): Piece[] => [['red', `${agent}: its processes do not start: ${why}`]]),
    ...notes.map((note): Piece[] => [['dim', `note: ${note}`]]),
  ]
  return lines.map((pieces) => paint(pieces).trimEnd())
}

/** What an agent does not have, or nobody told, is a dash, never 0. */
function cells({ taskQueue, workers, slots, busy, waiting, children }: AgentPool): string[] {
  const { warm, restarts, recycled } = children ?? {}
  const figures = workers === 0 ? [workers] : [workers, slots, busy]
  const all = [...figures, ...Array<undefined>(3 - figures.length).fill(undefined), waiting, warm, restarts, recycled]
  return [taskQueue.replace(/^agent\./, ''), ...all.map((figure) => (figure === undefined ? '–' : String(figure)))]
}
