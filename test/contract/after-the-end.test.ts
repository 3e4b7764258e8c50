// Events that reach a run while its final document is written: they are logged, and the run stays what it is.
import { agentSlot, beginRun, preparedRun } from './support/begin-run'

test('an event that comes after the end starts nothing: the run has ended', () => {
  const reactions = [{ id: 'r', on: 'late', node: { agents: [0], type: 'x', priority: 'normal' as const } }]
  const { state } = beginRun(preparedRun([agentSlot('quick')], [], { reactions }))
  expect(state.finished).toBe(true)
  state.end()
  state.observe({ id: 'e', type: 'late', payload: {}, timestamp: '', source: 'client', offset: 9 })
  expect(state.finished).toBe(true)
  expect(state.reactions.next()).toBeUndefined()
  expect(state.outcome).toBe('succeeded')
})
