// Scheduling on a real server: each subtask once, after its own dependencies, and held back by nothing else.
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { z } from 'zod'
import { defineAgent, defineTeam, type SubTask } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('dataflow')

interface Span {
  began: number
  ended: number
  count: number
}

/** What every execution of `step` did, by subtask id: the agent runs in this process. */
const spans = new Map<string, Span>()
let clock = 0

const step = defineAgent({
  name: 'step',
  maxConcurrency: 20,
  input: z.object({ ms: z.int().default(0), after: z.unknown().optional() }),
  async run({ ms }, { task }) {
    const began = ++clock
    await sleep(ms)
    spans.set(task.id, { began, ended: ++clock, count: (spans.get(task.id)?.count ?? 0) + 1 })
    return { id: task.id }
  },
})
const team = defineTeam({ name: 'flow', agents: [step] })

beforeAll(() => test.serve(team))
beforeEach(() => spans.clear())

const node = (id: string, dependsOn: string[] = [], ms = 0): SubTask => ({
  id,
  agentType: 'step',
  dependsOn,
  payload: { ms },
})

async function runOf(name: string, subtasks: SubTask[]) {
  return (await test.troupe.start({ name, subtasks }, { team })).result()
}

/** Each subtask ran once, and began only when all that it depends on had ended. */
function expectDataflow(subtasks: SubTask[]): void {
  expect([...spans.keys()].sort()).toEqual(subtasks.map(({ id }) => id).sort())
  for (const { id, dependsOn = [] } of subtasks) {
    expect(spans.get(id)!.count).toBe(1)
    for (const dependency of dependsOn) expect(spans.get(dependency)!.ended).toBeLessThan(spans.get(id)!.began)
  }
}

it('runs a diamond in order and gives every result', async () => {
  const subtasks = [node('a'), node('b', ['a']), node('c', ['a']), node('d', ['b', 'c'])]
  const { counts, results } = await runOf('diamond', subtasks)
  expectDataflow(subtasks)
  expect(counts).toEqual({ succeeded: 4, failed: 0, skipped: 0, cancelled: 0 })
  expect(results.d).toMatchObject({
    taskId: 'd',
    success: true,
    output: { id: 'd' },
    attempt: 1,
    agent: 'step',
    tokensUsed: 0,
  })
})

it('runs a fan-out of 250 and its join', async () => {
  const leaves = Array.from({ length: 250 }, (_, index) => node(`leaf-${index}`, ['root']))
  const subtasks = [
    node('root'),
    ...leaves,
    node(
      'join',
      leaves.map(({ id }) => id),
    ),
  ]
  const { counts } = await runOf('fan-out', subtasks)
  expectDataflow(subtasks)
  expect(counts.succeeded).toBe(252)
})

it('runs a chain of 50', async () => {
  const subtasks = Array.from({ length: 50 }, (_, index) =>
    node(`link-${index}`, index === 0 ? [] : [`link-${index - 1}`]),
  )
  await runOf('chain', subtasks)
  expectDataflow(subtasks)
})

it('runs 15 random graphs', async () => {
  const graph = fc.integer({ min: 1, max: 14 }).chain((size) =>
    fc.tuple(
      ...Array.from({ length: size }, (_, index) =>
        fc.subarray(
          Array.from({ length: index }, (_, earlier) => earlier),
          { maxLength: Math.min(4, index) },
        ),
      ),
    ),
  )
  const prefix = fc.stringMatching(/^[a-z]{1,3}$/)
  await fc.assert(
    fc.asyncProperty(graph, prefix, async (edges, name) => {
      spans.clear()
      const ordered = edges.map((from, index) =>
        node(
          `${name}${index}`,
          from.map((earlier) => `${name}${earlier}`),
        ),
      )
      const subtasks = ordered.reverse() // the order in the plan is not the order of execution
      await runOf('random', subtasks)
      expectDataflow(subtasks)
    }),
    { numRuns: 15, endOnFailure: true },
  )
})

it('lets a long subtask hold back only its own dependents', async () => {
  const chain = Array.from({ length: 10 }, (_, index) =>
    node(`short-${index}`, index === 0 ? [] : [`short-${index - 1}`]),
  )
  const subtasks = [node('long', [], 4_000), ...chain, node('after-long', ['long'])]
  await runOf('no-waves', subtasks)
  expectDataflow(subtasks)
  // A scheduler in waves would start short-1 only when the long one has ended
  expect(spans.get('short-3')!.ended).toBeLessThan(spans.get('long')!.ended)
})

it('passes outputs by reference, large ones as artifacts, and takes __proto__ for an ordinary id', async () => {
  const big = 'x'.repeat(100_000)
  const plan = {
    name: 'references',
    subtasks: [
      { id: '__proto__', agentType: 'echo', payload: { text: big, list: [{ n: 7 }] } },
      {
        id: 'constructor',
        agentType: 'echo',
        payload: { n: { $from: '__proto__', path: '/list/0/n' }, name: { $from: 'inputs', path: '/name' } },
      },
      { id: 'size', agentType: 'echo', payload: [{ $from: '__proto__', path: '/text' }, { $from: 'constructor' }] },
    ],
  }
  const run = await test.troupe.start(plan, { inputs: { name: 'Ada' } })
  const { results } = await run.result()
  expect(Object.keys(results).sort()).toEqual(['__proto__', 'constructor', 'size'])
  expect(results.size?.output).toEqual([big, { n: 7, name: 'Ada' }])
  expect((await run.task('__proto__'))?.output).toEqual({ text: big, list: [{ n: 7 }] })
})
