// A run's state as its worker begins it, with a clock and a log of its own.
import type { AgentEvent } from '../../../src/contract/event'
import type { PreparedRun } from '../../../src/contract/activity-messages'
import type { AgentSlot, GraphNode } from '../../../src/contract/messages'
import { RunState } from '../../../src/contract/run/run-state'

export const START = Date.parse('2026-11-20T12:00:00Z')

/** An agent of a team, as the orchestrator knows it. */
export function agentSlot(name: string, more: Partial<AgentSlot> = {}): AgentSlot {
  return {
    name,
    version: '1.0.0',
    taskQueue: `agent.t.${name}`,
    maxConcurrency: 4,
    timeoutMs: 1_000,
    heartbeatTimeoutMs: 10_000,
    retry: { maximumAttempts: 1, initialIntervalMs: 1, backoffCoefficient: 1, maximumIntervalMs: 1 },
    ...more,
  }
}

export interface BegunRun {
  state: RunState
  events: (AgentEvent & { key: string })[]
  clock: { now: number }
  /** Places whose executions were told to end. */
  interrupted: number[]
}

export function preparedRun(agents: AgentSlot[], nodes: GraphNode[], more: Partial<PreparedRun> = {}): PreparedRun {
  const store = { id: 'store', location: 'somewhere' }
  const rest = { reactions: [], maxSubtasks: 100_000, searchAttributes: false }
  return { plan: 'plan', team: 'team', store, spec: 'spec', agents, nodes, ...rest, ...more }
}

export function beginRun(prepared: PreparedRun, { open = false }: { open?: boolean } = {}): BegunRun {
  const events: BegunRun['events'] = []
  const clock = { now: START }
  const interrupted: number[] = []
  const state = RunState.begin(prepared, {
    open,
    now: () => clock.now,
    emit: ({ key, ...event }) => {
      const logged = { ...event, key, id: key, timestamp: new Date(clock.now).toISOString(), offset: events.length }
      events.push(logged)
      return logged
    },
    interrupt: (place) => interrupted.push(place),
  })
  return { state, events, clock, interrupted }
}
