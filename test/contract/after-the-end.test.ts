// Events that reach a run while its final document is written: they are logged, and the run stays what it is.
import type { AgentSlot } from '../../src/contract/messages'
import { beginRun, preparedRun } from './support/begin-run'

const AGENT: AgentSlot = {
  name: 'quick',
  version: '1.0.0',
  taskQueue: 'agent.t.quick',
  maxConcurrency: 4,
  timeoutMs: 1_000,
  heartbeatTimeoutMs: 10_000,
  retry: { maximumAttempts: 1, initialIntervalMs: 1, backoffCoefficient: 1, maximumIntervalMs: 1 },
}

test('an event that comes after the end starts nothing: the run has ended', () => {
  const reactions = [{ id: 'r', on: 'late', node: { agents: [0], type: 'x', priority: 'normal' as const } }]
  const { state } = beginRun(preparedRun([AGENT], [], { reactions }))
  expect(state.finished).toBe(true)
  state.end()
  state.observe({ id: 'e', type: 'late', payload: {}, timestamp: '', source: 'client', offset: 9 })
  expect(state.finished).toBe(true)
  expect(state.reactions.next()).toBeUndefined()
  expect(state.outcome).toBe('succeeded')
})
