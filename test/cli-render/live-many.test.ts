// A run of more subtasks than a person's screen has lines: what is one line together, and what is left out.
import type { SubtaskState } from '../../src/contract/run'
import { live, report, row, STARTED } from './support'

test('what waits for the same slots is one line', () => {
  const rows = Array.from({ length: 300 }, (_, place) => row(`part-${place}`, 'ready', { agent: 'part' }))
  const agents = [{ name: 'part', taskQueue: 'agent.docs.part', window: 4, inFlight: 4, ready: 300 }]
  expect(live(report(rows, { agents })).slice(2)).toEqual([
    '  ○ 300 subtasks  part  waits for a slot of part: 4 of 4 in use, 300 wait; first part-0',
  ])
  // What a map holds back is one even where there is room for all
  const line = [1, 2].map((place) => row(`map/${place}`, 'ready', { agent: 'part', parent: 0, heldBack: 'map' }))
  expect(live(report([row('map', 'joining'), ...line])).slice(3)).toEqual([
    '    ○ 2 subtasks  part  its map has as many under way as its maxInFlight allows; first map/1',
  ])
})

test('with more subtasks than lines each kind keeps a share, what moves the largest, and the rest is counted', () => {
  const rows = (state: SubtaskState, count: number) =>
    Array.from({ length: count }, (_, place) => row(`${state}-${place}`, state))
  const waiting = rows('waiting', 50).map((one) => ({ ...one, dependsOn: [50] }))
  const lines = live(report([...rows('failed', 50), ...rows('running', 50), ...waiting, ...rows('succeeded', 50)]), {
    height: 12,
  })
  expect(lines).toHaveLength(12)
  const of = (state: string): number =>
    lines.slice(2).filter((line) => line.includes(` ${state}-`) && !line.includes('waits for')).length
  expect(['failed', 'running', 'waiting', 'succeeded'].map(of)).toEqual([2, 4, 0, 1])
  expect(lines.filter((line) => line.includes('waits for'))).toHaveLength(2)
  expect(lines[11]).toBe('  … not shown: 49 succeeded · 48 failed · 46 running · 48 waiting')
})

test('what is shown stands below the nearest ancestor that is shown, and says the rest of its id', () => {
  const parts = Array.from({ length: 30 }, (_, place) => row(`a/b/${place}`, 'running', { parent: 1 }))
  const view = report([row('a', 'succeeded'), row('a/b', 'succeeded', { parent: 0, endedAt: STARTED }), ...parts])
  const [line, part] = live(view, { height: 8 }).slice(2)
  expect([line, part]).toEqual(['  ✓ a/b  a/b    ', '    ● 0  a/b/0  '])
})
