// WORKFLOW. The answer of the status query: one page of the run, below 128 KiB.
import { jsonBytes } from '../src/contract/json'
import { ANSWER_BYTES } from '../src/contract/limits'
import type { PreparedRun, RunKey, StatusAnswer, StatusInput } from '../src/contract/messages'
import type { RunState } from '../src/contract/run/run-state'
import type { Dispatcher } from './dispatcher'

/** What names and counts may take, and what the agents that have work may take. */
const HEAD_BYTES = 8 * 1024
const AGENTS_BYTES = 24 * 1024

export interface Live {
  prepared: PreparedRun
  state: RunState
  dispatcher: Dispatcher
}

export function statusAnswer(
  run: RunKey,
  live: Live | undefined,
  startedAt: string,
  events: number,
  input: StatusInput = {},
): StatusAnswer {
  const from = input.from ?? 0
  const states = { waiting: 0, ready: 0, running: 0, joining: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 }
  if (!live)
    return {
      run,
      status: 'preparing',
      plan: '',
      team: '',
      startedAt,
      counts: states,
      total: 0,
      from,
      subtasks: [],
      agents: [],
      events,
    }
  const { prepared, state, dispatcher } = live
  const agents = prepared.agents.flatMap(({ name, taskQueue }, place) => {
    const { size, inFlight } = dispatcher.windows[place]!
    const ready = state.queue.size(place)
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
    counts: { ...state.states },
    total: state.rows.length,
    from,
    subtasks: page(state.rows, from, HEAD_BYTES + AGENTS_BYTES),
    agents: page(agents, 0, ANSWER_BYTES - AGENTS_BYTES),
    events,
  }
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
