// A run that fails, and the run that repeats it, both driven by the rules of a run: what was judged is what happens.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { AgentManifest } from '../../src/contract/agent'
import { BUILT_IN_AGENTS } from '../../src/contract/built-in'
import type { AgentExecution, PreparedRun } from '../../src/contract/activity-messages'
import type { CheckedSubTask, GraphNode } from '../../src/contract/messages'
import { carryOver } from '../../src/contract/run/carry-over'
import { judgeReuse, type Past } from '../../src/contract/run/reuse'
import type { RunState } from '../../src/contract/run/run-state'
import { agentSlot, beginRun, preparedRun } from './support/begin-run'
import { graphs } from './support/graphs'

const AGENTS: AgentManifest[] = [{ ...BUILT_IN_AGENTS[0]!, name: 'work', capabilities: ['work'] }]
const context = { agents: AGENTS, inputs: {}, hash: (text: string) => createHash('sha256').update(text).digest('hex') }

interface Shape {
  /** Of each subtask of the plan: what it depends on, and how many it spawns, each of which depends on the one before. */
  subtasks: { dependsOn: number[]; spawns: number; runIf?: 'all-done' }[]
  /** Which executions fail, by their number. */
  failing: number[]
  from?: number
}

const shapes: fc.Arbitrary<Shape> = graphs(15, 1).chain((nodes) =>
  fc.record(
    {
      subtasks: fc.tuple(
        ...nodes.map(({ dependsOn }) =>
          fc.record({
            dependsOn: fc.constant(dependsOn),
            spawns: fc.constantFrom(0, 0, 0, 1, 3),
            runIf: fc.constantFrom(undefined, undefined, 'all-done' as const),
          }),
        ),
      ),
      failing: fc.uniqueArray(fc.nat(30), { maxLength: 4 }),
      from: fc.nat(30),
    },
    { requiredKeys: ['subtasks', 'failing'] },
  ),
) as fc.Arbitrary<Shape>

function nodeOf(id: string, dependsOn: number[], runIf?: 'all-done'): GraphNode {
  return { id, agents: [0], type: 'work', dependsOn, priority: 'normal', ...(runIf ? { runIf } : {}) }
}

const children = (id: string, count: number): GraphNode[] =>
  Array.from({ length: count }, (_, place) => nodeOf(`${id}/${place}`, place === 0 ? [] : [place - 1]))

/** Runs everything; returns the state, what was executed, and what that left. */
function play(
  prepared: PreparedRun,
  { subtasks }: Shape,
  isBroken: (number: number) => boolean,
): { state: RunState; executed: string[]; left: Map<string, AgentExecution> } {
  const { state } = beginRun(prepared)
  const executed: string[] = []
  const left = new Map<string, AgentExecution>()
  for (let place = state.next(0); place !== undefined; place = state.next(0)) {
    const { id } = state.graph(place)
    state.started(place)
    if (isBroken(executed.push(id) - 1)) {
      state.failed(place, { code: 'AgentFailed', message: 'broken', retryable: false })
      continue
    }
    const nodes = id.includes('/') ? [] : children(id, subtasks[Number(id.slice(1))]!.spawns)
    const execution: AgentExecution = {
      output: { inline: null },
      ...{ tokensUsed: 1, durationMs: 1, attempt: 1, agent: 'work', agentVersion: '1.0.0' },
      ...(nodes.length > 0 ? { spawned: { fragment: 'f', nodes } } : {}),
    }
    left.set(id, execution)
    state.succeeded(place, execution)
  }
  return { state, executed, left }
}

function definitionOf(id: string, needs: string[], runIf?: 'all-done'): CheckedSubTask {
  const settings = { agentType: 'work', type: 'work', payload: {}, priority: 'normal' as const }
  return { id, ...settings, dependsOn: needs, ...(runIf ? { runIf } : {}) }
}

test('what runs again is executed once, what is taken over never, and the run that repeats another succeeds', () => {
  const check = (shape: Shape): void => {
    const { subtasks, failing } = shape
    const nodes = subtasks.map(({ dependsOn, runIf }, place) => nodeOf(`s${place}`, dependsOn, runIf))
    const slots = AGENTS.map(({ name }) => agentSlot(name))
    const prepared = preparedRun(slots, nodes)
    const first = play(prepared, shape, (number) => failing.includes(number))
    const { rows } = first.state
    const past: Past = new Map(
      rows.map(({ id, state, error, parent, dependsOn }) => {
        const needs = dependsOn.map((place) => rows[place]!.id)
        const runIf = parent === undefined ? subtasks[Number(id.slice(1))]!.runIf : undefined
        const execution = first.left.get(id)
        return [
          id,
          {
            ...{ definition: definitionOf(id, needs, runIf), state, dependsOn: needs },
            ...(error ? { error } : {}),
            ...(parent === undefined ? {} : { parent: rows[parent]!.id }),
            ...(execution ? { execution } : {}),
          },
        ]
      }),
    )
    const plan = [...past.values()].filter(({ parent }) => parent === undefined).map(({ definition }) => definition)
    const from = shape.from === undefined ? {} : { from: rows[shape.from % rows.length]!.id }
    const { reused, again } = judgeReuse({ past, context }, { subtasks: plan, context, ...from })
    const carried = carryOver(past, reused, { was: AGENTS, is: AGENTS, deadline: (old) => old })
    const executions = Object.fromEntries([...carried].map(([id, { execution }]) => [id, execution]))
    const second = play({ ...prepared, reused: executions }, shape, () => false)

    expect(second.state.outcome).toBe('succeeded')
    const takenOver = second.state.rows.filter((row) => row.reused)
    expect(takenOver.map(({ id }) => id).sort()).toEqual([...reused].sort())
    // What is spawned anew was not all there before
    const isNew = (id: string): boolean => !past.has(id)
    expect(second.executed.filter((id) => !isNew(id)).sort()).toEqual(again.map(({ id }) => id).sort())
    for (const id of second.executed.filter(isNew)) expect(again.map((one) => one.id)).toContain(id.split('/')[0])
    // Nothing that failed, or follows from a failure or from what was named, is taken over
    for (const { id, state } of rows)
      if (state === 'failed' && first.left.get(id) === undefined) expect(reused).not.toContain(id)
    if (from.from !== undefined) expect(reused).not.toContain(from.from)
  }
  fc.assert(fc.property(shapes, check), { seed: 20_261_122, numRuns: 500 })
})
