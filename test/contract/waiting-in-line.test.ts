// What waits for its turn in a map names the one under way that a person must do something about, and how.
import type { SubtaskRow } from '../../src/contract/run'
import { whyWaiting } from '../../src/contract/run/waiting'
import { troupeCommand } from '../../src/contract/run/waiting-commands'

const NOTHING = { agents: [], pending: [], unserved: [], blocked: [] }
const RUN = { runId: 'r-1', team: 't', status: 'running', source: 'worker' } as const

test('the line of a map is held up by whoever asks, and by nobody where all goes on', () => {
  const below = (id: string, more: Partial<SubtaskRow>): SubtaskRow =>
    ({ id: `map/${id}`, agent: 'human', state: 'ready', parent: 0, dependsOn: [], ...more }) as SubtaskRow
  const rows = (first: Partial<SubtaskRow>): SubtaskRow[] => [
    { id: 'map', agent: 'human', state: 'joining', dependsOn: [] },
    below('0', first),
    ...['1', '2'].map((id) => below(id, { heldBack: 'map' })),
  ]
  const [, , waits] = whyWaiting({ ...RUN, ...NOTHING, subtasks: rows({ state: 'asking' }) }, 0)
  expect(waits).toMatchObject({ kind: 'map', blocker: 'map/0', command: 'troupe approve r-1 map/0' })
  const [, , turn] = whyWaiting({ ...RUN, ...NOTHING, subtasks: rows({ state: 'running' }) }, 0)
  const [, , free] = whyWaiting({ ...RUN, ...NOTHING, subtasks: rows({ state: 'held' }) }, 0)
  expect(free).toEqual(turn)
  expect(turn).toEqual({
    subtask: 'map/1',
    kind: 'map',
    sentence: 'its map has as many under way as its maxInFlight allows',
  })
})

test('what some shells take for a program or a job is quoted, and no process of number 0 is to be killed', () => {
  expect(troupeCommand('status', ['=ls', '%1', 'a=%'])).toBe("troupe status '=ls' '%1' a=%")
  const blocked = (worker: string) => [
    { worker, since: new Date(0).toISOString(), executions: [{ subtask: 'a', agent: 'a' }] },
  ]
  const killing = (worker: string) =>
    whyWaiting(
      {
        ...{ ...RUN, ...NOTHING, subtasks: [{ id: 'a', agent: 'a', state: 'running', dependsOn: [] }] },
        pending: [{ subtask: 'a', agent: 'a', state: 'started', attempt: 1, worker }],
        blocked: blocked(worker) as never,
      },
      1_000,
    )[0]?.command
  expect(killing('12@host/1')).toBe('kill -KILL 12')
  expect(killing('0@host/1')).toBeUndefined()
})
