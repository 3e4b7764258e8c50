// A graph as Mermaid, text and JSON, whatever its subtasks are called.
import { renderGraph, type GraphReaction, type GraphRow } from '../../src/cli/render/graph'
import { EVIL, expectHarmless } from './support'

function node(id: string, more: Partial<GraphRow> = {}): GraphRow {
  return { id, agent: id, dependsOn: [], ...more }
}

const run: GraphRow[] = [
  node('split', { state: 'joining' }),
  node('join', { agent: 'report', state: 'waiting', dependsOn: [0] }),
  node('split/b', { agent: 'part', state: 'failed', dependsOn: [3], parent: 0 }),
  node('split/a', { agent: 'part', state: 'succeeded', parent: 0 }),
]

test('Mermaid: nodes by place, dependencies as arrows, spawned ones in a frame, states as classes', () => {
  const lines = renderGraph(run, 'mermaid').split('\n')
  expect(lines.filter((line) => !line.includes('classDef'))).toEqual([
    'flowchart TD',
    '  n0["split"]:::joining',
    '  subgraph s0["spawned by split"]',
    '    n2["split/b<br/>part"]:::failed',
    '    n3["split/a<br/>part"]:::succeeded',
    '  end',
    '  n1["join<br/>report"]:::waiting',
    '  n0 --> n1',
    '  n3 --> n2',
    '  n0 -.-> s0',
  ])
  expect(lines.filter((line) => line.includes('classDef')).map((line) => line.trim().split(' ')[1])).toEqual([
    'joining',
    'waiting',
    'failed',
    'succeeded',
  ])
})

test('Mermaid: an id is never anything but text', () => {
  const mermaid = (id: string) => renderGraph([node(id)], 'mermaid').split('\n')[1]
  expect(mermaid('end')).toBe('  n0["end"]')
  expect(mermaid('__proto__')).toBe('  n0["__proto__"]')
  expect(mermaid('say "no" #1;')).toBe('  n0["say #34;no#34; #35;1#59;"]')
  expect(mermaid('`*a*` <b> & %%{init}%%')).toBe(
    '  n0["#96;#42;a#42;#96; #60;b#62; #38; #37;#37;#123;init#125;#37;#37;"]',
  )
  expect(mermaid('style:a#b')).toBe('  n0["style#58;a#35;b"]')
  expect(mermaid('größe 日本 🚀')).toBe('  n0["größe 日本 #128640;"]')
  expect(mermaid(' ')).toBe('  n0["#160;"]')
})

test('text: layers, what each subtask waits for, spawned ones below their spawner', () => {
  expect(renderGraph(run, 'text')).toBe(
    [
      '1   split joining',
      '    │ 1   split/a (part) succeeded',
      '    │ 2   split/b (part) failed  ← split/a',
      '2   join (report) waiting  ← split',
    ].join('\n'),
  )
})

test('text: a subtask with very many dependencies names the first ones; a chain of thousands is no problem', () => {
  const many = [
    ...Array.from({ length: 9 }, (_, place) => node(`s${place}`)),
    node('all', { dependsOn: [...Array(9).keys()] }),
  ]
  expect(renderGraph(many, 'text')).toContain('2   all  ← s0, s1, s2, s3, s4, s5, and 3 more')
  const chain = Array.from({ length: 5_000 }, (_, place) => node(`c${place}`, { dependsOn: place ? [place - 1] : [] }))
  expect(renderGraph(chain, 'text').split('\n').at(-1)).toBe('5000 c4999  ← c4998')
})

test('JSON: nodes, and edges from each dependency', () => {
  expect(JSON.parse(renderGraph(run, 'json'))).toEqual({
    nodes: [
      { id: 'split', agent: 'split', state: 'joining' },
      { id: 'join', agent: 'report', state: 'waiting' },
      { id: 'split/b', agent: 'part', state: 'failed', spawnedBy: 'split' },
      { id: 'split/a', agent: 'part', state: 'succeeded', spawnedBy: 'split' },
    ],
    edges: [
      { from: 'split', to: 'join' },
      { from: 'split/a', to: 'split/b' },
    ],
  })
})

const deep: GraphRow[] = [
  node('list', { onFailure: 'echo, then hold' }),
  node('each', { agent: 'writer', dependsOn: [0], kind: 'map', runIf: 'any-succeeded', state: 'held' }),
  node('ask', { agent: 'human', dependsOn: [1], kind: 'person', conditions: 2, state: 'asking' }),
]
const reactions: GraphReaction[] = [{ id: 'r', on: 'task.created', agent: 'notifier', where: { subtask: 'ask', n: 1 } }]

test('text: maps, people, conditions, policies and reactions are told', () => {
  const lines = renderGraph(deep, 'text', reactions).split('\n')
  expect(lines).toEqual([
    '1   list, on failure: echo, then hold',
    '2   each (writer) held, for each element  ← list (any-succeeded)',
    '3   ask (human) asking, asks a person, if 2 conditions hold  ← each',
    'on task.created where subtask = "ask", n = 1  → r (notifier)',
  ])
})

test('Mermaid: maps, people, conditions and reactions have shapes of their own', () => {
  const lines = renderGraph(deep, 'mermaid', reactions).split('\n')
  expect(lines.filter((line) => !line.includes('classDef'))).toEqual([
    'flowchart TD',
    '  n0["list"]',
    '  n1[["each<br/>writer"]]:::held',
    '  n2(["ask<br/>human<br/>if …"]):::asking',
    '  n0 -->|any-succeeded| n1',
    '  n1 --> n2',
    '  e0>"task.created"] -.-> r0["r<br/>notifier"]',
  ])
})

test('JSON: the same as keys', () => {
  expect(JSON.parse(renderGraph(deep, 'json', reactions))).toEqual({
    nodes: [
      { id: 'list', agent: 'list', onFailure: 'echo, then hold' },
      { id: 'each', agent: 'writer', state: 'held', kind: 'map', runIf: 'any-succeeded' },
      { id: 'ask', agent: 'human', state: 'asking', kind: 'person', conditions: 2 },
    ],
    edges: [
      { from: 'list', to: 'each' },
      { from: 'each', to: 'ask' },
    ],
    reactions: [{ id: 'r', on: 'task.created', agent: 'notifier', where: { subtask: 'ask', n: 1 } }],
  })
})

test.each(['mermaid', 'text', 'json'] as const)(
  '%s: no event, agent or field of a reaction acts on a terminal',
  (format) => {
    const evil = { id: 'x', on: EVIL, agent: EVIL, where: { [EVIL]: EVIL } }
    expectHarmless(renderGraph([node('a')], format, [evil]).split('\n'))
  },
)

test.each(['mermaid', 'text', 'json'] as const)('%s: no id acts on a terminal', (format) => {
  const text = renderGraph([node(EVIL), node('b\u009b31m', { agent: EVIL, dependsOn: [0], state: 'failed' })], format)
  expectHarmless(text.split('\n'))
  if (format === 'json') expect(JSON.parse(text).nodes).toMatchObject([{ id: EVIL }, { id: 'b\u009b31m' }])
})
