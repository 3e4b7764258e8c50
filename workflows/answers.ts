// WORKFLOW. The answer of the status query: one page of the run, below 128 KiB.
import { jsonBytes } from '../src/contract/json'
import { ANSWER_BYTES } from '../src/contract/limits'
import type { PreparedRun } from '../src/contract/activity-messages'
import type { RunKey, StatusAnswer, StatusInput } from '../src/contract/messages'
import { noSubtasks, type SubtaskRow } from '../src/contract/run'
import type { RunState } from '../src/contract/run/run-state'
import { standingOf } from '../src/contract/run/standing'
import type { Dispatcher } from './dispatcher'
import type { InnerWork } from './inner-work'

/** What names and counts may take, and what the agents that have work may take. */
const HEAD_BYTES = 8 * 1024
const AGENTS_BYTES = 24 * 1024

export interface Live {
  prepared: PreparedRun
  state: RunState
  /** When the run began, ISO. */
  startedAt: string
  dispatcher: Dispatcher
  inner: InnerWork
  /** Nothing is started for the moment, to continue as new. */
  continuing?: boolean
}

export function statusAnswer(
  run: RunKey,
  live: Live | undefined,
  startedAt: string,
  events: number,
  input: StatusInput = {},
): StatusAnswer {
  const from = input.from ?? 0
  if (!live)
    return {
      run,
      status: 'preparing',
      plan: '',
      team: '',
      startedAt,
      planVersion: 0,
      counts: noSubtasks(),
      total: 0,
      from,
      subtasks: [],
      agents: [],
      events,
    }
  const { prepared, state, dispatcher } = live
  const agents = prepared.agents.flatMap(({ name, taskQueue }, place) => {
    const { size, inFlight } = dispatcher.windows[place]!
    const ready = state.subtasks.queue.size(place)
    return inFlight + ready === 0 ? [] : [{ name, taskQueue, window: size, inFlight, ready }]
  })
  return {
    run,
    status: state.finished ? state.outcome : 'running',
    plan: prepared.plan,
    team: prepared.team,
    store: prepared.store,
    spec: prepared.spec,
    startedAt,
    ...standingOf(state),
    ...(live.continuing ? { continuing: true as const } : {}),
    ...(prepared.retryOf === undefined ? {} : { retryOf: prepared.retryOf }),
    counts: { ...state.states },
    total: state.rows.length,
    from,
    subtasks: withPositions(page(state.rows, from, HEAD_BYTES + AGENTS_BYTES), state),
    agents: page(agents, 0, ANSWER_BYTES - AGENTS_BYTES),
    events,
  }
}

/** Those that are ready stand in their agent's line. */
function withPositions(rows: SubtaskRow[], { subtasks }: RunState): SubtaskRow[] {
  const lines = new Map<number, Map<number, number>>()
  return rows.map((row) => {
    if (row.state !== 'ready' || row.heldBack !== undefined) return row
    const place = subtasks.placeOf(row.id)!
    const agent = subtasks.agentPlace(place)
    if (!lines.has(agent)) lines.set(agent, new Map(subtasks.queue.inLine(agent).map((one, at) => [one, at + 1])))
    return { ...row, position: lines.get(agent)!.get(place)! }
  })
}

/** As many as fit beside what is `used` already; one at least. */
function page<Item>(items: readonly Item[], from: number, used: number): Item[] {
  const taken: Item[] = []
  let bytes = used
  for (const item of items.slice(from)) {
    bytes += jsonBytes(item) + 1
    if (taken.length > 0 && bytes > ANSWER_BYTES) break
    taken.push(item)
  }
  return taken
}
