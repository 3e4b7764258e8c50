// Pauses of a team's agents: what its control makes of each word, how runs tell of them, and which signals they take.
import { fitsAnswer, isPausedAgents, nothingPaused, withoutPause, withPause } from '../../src/contract/control'
import { MAX_PAUSED_AGENTS } from '../../src/contract/limits'
import type { PausedAgents } from '../../src/contract/people'
import { Pauses } from '../../src/contract/run/pauses'
import type { NewEvent } from '../../src/contract/run/transition-events'

const AT = '2026-03-01T10:00:00.000Z'
const NOW = Date.parse(AT)

function told(...states: PausedAgents[]): Pick<NewEvent, 'type' | 'payload'>[] {
  const events: NewEvent[] = []
  const pauses = new Pauses('t', { now: () => NOW, emit: (event) => events.push(event) })
  for (const state of states) pauses.pauseAgents(state)
  return events.map(({ type, payload }) => ({ type, payload }))
}

test('a run tells who paused an agent, and why, and who let it go on', () => {
  const lint = { team: 't', agent: 'lint' }
  const first = withPause(nothingPaused('t'), { ...lint, by: 'ada', reason: 'it is wrong' }, NOW)
  const second = withoutPause(first, { ...lint, by: 'bo' }, NOW)
  expect(told(first, second)).toEqual([
    { type: 'agent.paused', payload: { agent: 'lint', by: 'ada', reason: 'it is wrong' } },
    { type: 'agent.resumed', payload: { agent: 'lint', by: 'bo' } },
  ])
  const third = withPause(second, { ...lint, by: 'cy' }, NOW)
  expect(third.resumed).toEqual({})
  expect(told(third)).toEqual([{ type: 'agent.paused', payload: { agent: 'lint', by: 'cy' } }])
  // Of a control from before it told who ended a pause: what was logged then is read the same
  const old = { team: 't', version: 1, agents: { lint: { by: 'ada', at: AT, reason: 'it is wrong' } } }
  expect(told(old, { team: 't', version: 2, agents: {} })).toEqual([
    { type: 'agent.paused', payload: { agent: 'lint', by: 'ada' } },
    { type: 'agent.resumed', payload: { agent: 'lint' } },
  ])
})

test('ends of pauses are forgotten, the oldest first', () => {
  const agents = Array.from({ length: 30 }, (_, place) => `a${place}`)
  const state = agents.reduce(
    (before, agent) => withoutPause(before, { team: 't', agent, by: 'ada' }, NOW),
    nothingPaused('t'),
  )
  expect(Object.keys(state.resumed!)).toEqual(agents.slice(-10))
})

test('a signal is taken for pauses only within the bounds that the control keeps to', () => {
  const pause = { by: 'ada', at: AT }
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, place) => [`a${place}`, pause] as const))
  const signal = (more: object) => ({ team: 't', version: 1, agents: {}, ...more })
  const taken = [
    { agents: many(MAX_PAUSED_AGENTS) },
    { resumed: { lint: { by: 'ada' } } },
    { agents: { lint: { ...pause, reason: 'r'.repeat(1_000) } } },
  ]
  for (const more of taken) expect([more, isPausedAgents(signal(more))]).toEqual([more, true])
  const refused = [
    { agents: many(MAX_PAUSED_AGENTS + 1) },
    { agents: { ['a'.repeat(65)]: pause } },
    { agents: { 'a b': pause } },
    { agents: { lint: { ...pause, by: 'b'.repeat(257) } } },
    { agents: { lint: { ...pause, at: 'a'.repeat(100) } } },
    { agents: { lint: { ...pause, reason: 'r'.repeat(1_001) } } },
    { agents: { lint: { ...pause, reason: {} } } },
    { resumed: many(MAX_PAUSED_AGENTS + 1) },
    { resumed: { lint: {} } },
    { resumed: [] },
    { team: 't'.repeat(65) },
  ]
  for (const more of refused) expect([more, isPausedAgents(signal(more))]).toEqual([more, false])
  expect(
    [MAX_PAUSED_AGENTS, MAX_PAUSED_AGENTS + 1].map((count) => fitsAnswer(signal({ agents: many(count) }))),
  ).toEqual([true, false])
})
