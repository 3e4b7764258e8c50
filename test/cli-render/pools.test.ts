// `troupe status --pools`: what is known is a figure, what is not is a dash.
import { renderPools } from '../../src/cli/render/pools'
import { EVIL, expectHarmless } from './support'

const askedAt = '2026-03-01T10:00:00.000Z'
const served = { workers: 2, slots: 8, busy: 3, waiting: 12 }
const children = { processes: 5, warm: 2, restarts: 1, recycled: 40 }

test('a table of slots, with the child processes of those that have them', () => {
  const pools = [
    { agent: 'draft', taskQueue: 'agent.docs.draft', ...served, children, failing: ['exit code 9', 'exit code 9'] },
    { agent: 'outline', taskQueue: 'agent.docs.outline', ...served },
    { agent: 'lonely', taskQueue: 'agent.docs.lonely', workers: 0, slots: 0, busy: 0, waiting: 7 },
    { agent: 'untold', taskQueue: 'agent.docs.untold', workers: 1, slots: 4, busy: 0 },
  ]
  expect(renderPools({ askedAt, pools, notes: ['one did not answer'] }, { color: false })).toEqual([
    'agent         workers  slots  busy  waiting  warm  restarts  recycled',
    'docs.draft    2        8      3     12       2     1         40',
    'docs.outline  2        8      3     12       –     –         –',
    'docs.lonely   0        –      –     7        –     –         –',
    'docs.untold   1        4      0     –        –     –         –',
    'draft: its processes do not start: exit code 9',
    'note: one did not answer',
  ])
})

test('no agent is told, and names are harmless', () => {
  expect(renderPools({ askedAt, pools: [], notes: [] }, { color: false })).toEqual([
    'no agent is served, and none is waited for',
  ])
  const pools = [{ agent: EVIL, taskQueue: EVIL, ...served, children, failing: [EVIL] }]
  expectHarmless(renderPools({ askedAt, pools, notes: [EVIL] }, { color: false }))
})
