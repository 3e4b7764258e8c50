// The types of the builder, and of what is submitted: what must compile, and what must not. `tsc -p tsconfig.check.json` is the test; jest only runs it.
import { z } from 'zod'
import { BaseAgentService } from '../../src/agents/base-agent-service'
import { defineAgent } from '../../src/agents/define-agent'
import { defineModelAgent } from '../../src/agents/model-agent'
import type { Troupe } from '../../src/connect'
import { definePlan } from '../../src/contract/schema/plan-builder'
import type { JsonValue } from '../../src/contract/json'
import type { AgentResult } from '../../src/contract/run'
import type { PlanDefinition } from '../../src/contract/schema/plan-types'

const outline = defineAgent({
  name: 'outline',
  input: z.object({ topic: z.string(), depth: z.number().default(1) }),
  output: z.object({
    points: z.array(z.string()),
    pair: z.tuple([z.string(), z.number()]),
    meta: z.object({ words: z.number(), note: z.string().optional() }),
    maybe: z.object({ deep: z.string() }).nullable(),
    kind: z.enum(['short', 'long']),
    byName: z.record(z.string(), z.number()),
  }),
  run: ({ topic, depth }) => ({
    points: Array.from({ length: depth }, () => topic),
    pair: [topic, depth] as [string, number],
    meta: { words: 1 },
    maybe: null,
    kind: 'short' as const,
    byName: {},
  }),
})
const draft = defineAgent({
  name: 'draft',
  input: z.object({ points: z.array(z.string()), title: z.union([z.string(), z.number()]).optional() }),
  output: z.string(),
  run: ({ points }) => points.join(),
})
const tagged = defineAgent({
  name: 'tagged',
  input: z.object({ tags: z.record(z.string(), z.string()) }),
  run: ({ tags }) => tags,
})
const free = defineAgent({ name: 'free', run: () => 1 })
class Counter extends BaseAgentService<{ text: string }, { count: number }> {
  execute(): { count: number } {
    return { count: 1 }
  }
}
const counter = new Counter({ name: 'counter' })
class Repeater extends BaseAgentService {
  override readonly input = z.object({ times: z.number().default(1) })
  execute(): string {
    return ''
  }
}
const repeater = new Repeater({ name: 'repeater' })
const anyJson = defineAgent({
  name: 'any-json',
  input: z.object({ value: z.json() }),
  run: ({ value }): JsonValue => value,
})

test('right payloads and references compile', () => {
  const plan = definePlan('right', { inputs: z.object({ topic: z.string(), more: z.array(z.string()) }) }, (p) => {
    const o = p.add('o', outline, { topic: p.inputs.topic })
    p.add('whole-list', draft, { points: o.output.points, title: o.output.meta.words })
    p.add('part-of-list', draft, { points: [o.output.points[0], 'own', p.inputs.more[2]] })
    p.add('tuple', draft, { points: [o.output.pair[0]], title: o.output.pair[1] })
    p.add('narrower', draft, { points: [o.output.kind] })
    p.add('record', outline, { topic: 'x', depth: o.output.byName.some! })
    p.add('whole', counter, { text: p.add('d', draft, { points: [] }).output })
    const c = p.add('c', counter, { text: 'x' }, { priority: 'high', dependsOn: [o, 'd'], estimateMs: 5 })
    p.add('number', outline, { topic: 'x', depth: c.output.count })
    p.add('tags', tagged, { tags: { a: 'x', b: o.output.kind } })
    const untyped = p.add('by-name', 'echo', { anything: [o.output, { goes: p.inputs }] })
    p.add('from-untyped', draft, { points: untyped.output.some!.where! })
    const said = p.add<{ list: string[] }>('said', 'echo', { list: [] })
    p.add('from-said', draft, { points: said.output.list })
    const any = p.add('any-json', anyJson, { value: [o.output.points, { deep: p.inputs }] })
    p.add('from-any-json', counter, { text: any.output.some! })
    p.add('class-with-default', repeater)
    p.add('free', free)
    p.add('free-with', free, { anything: o.output.points })
    p.add('last', 'echo', undefined, { dependsOn: ['free'], deadline: '+10m' })
  })
  definePlan('deep', { inputs: z.object({ many: z.array(z.string()) }), onFailure: 'hold' }, (p) => {
    const o = p.add('o', outline, { topic: 'x' }, { onFailure: { fallback: draft } })
    const each = p.add('each', outline, { topic: p.element }, { forEach: { from: o.output.points, maxInFlight: 2 } })
    p.add('of-inputs', counter, { text: p.element.some! }, { forEach: { from: p.inputs.many } })
    const plain = p.add('plain', draft, undefined, { forEach: { from: 'o', path: '/points' }, runIf: 'all-done' })
    p.add('joined', free, { all: each.output, one: each.output[0].points })
    p.add('of-map', tagged, { tags: { a: 'x' } }, { forEach: { from: each.output } })
    p.add('by-name', 'echo', { list: plain.output }, { forEach: { from: plain.output } })
    p.add('ask', 'human', { prompt: 'Go on?' }, { when: [{ from: o.output.kind, equals: 'short' }] })
    p.add(
      'if',
      free,
      {},
      {
        when: [
          { from: each.output, exists: true },
          { from: 'o', in: [1, 'x'] },
        ],
      },
    )
    p.on('task.created', outline, { topic: p.event.payload.subtask! }, { where: { subtask: 'o' } })
    p.on('task.created', counter, { text: p.event.source })
    p.on('task.created', draft)
    p.on('task.created', 'echo', { any: p.event }, { id: 'r', onFailure: 'fail-fast', priority: 'low' })
  })
  const typed: PlanDefinition<{ topic: string; more: string[] }> = plan
  expect(typed.subtasks).toHaveLength(21)
})

test('wrong payloads and references do not', () => {
  const wrong = (): unknown =>
    definePlan('wrong', { inputs: z.object({ topic: z.string(), count: z.number() }) }, (p) => {
      const o = p.add('o', outline, { topic: p.inputs.topic })
      // @ts-expect-error -- a payload is needed
      p.add('a', draft)
      // @ts-expect-error -- a number in the place of a list
      p.add('b', draft, { points: 5 })
      // @ts-expect-error -- a key is missing
      p.add('c', outline, {})
      // @ts-expect-error -- a key that the agent does not know
      p.add('d', draft, { points: [], colour: 'red' })
      // @ts-expect-error -- a reference to a number in the place of a text
      p.add('e', outline, { topic: p.inputs.count })
      // @ts-expect-error -- a reference to a number inside a list of texts
      p.add('f', draft, { points: [o.output.meta.words] })
      // @ts-expect-error -- a reference to an object in the place of a list
      p.add('g', draft, { points: o.output.meta })
      // @ts-expect-error -- a reference to the whole output in the place of a part
      p.add('h', outline, { topic: o.output })
      // @ts-expect-error -- what may be missing in the place of what must be there
      p.add('i', outline, { topic: o.output.meta.note })
      // @ts-expect-error -- a part of what may be null in the place of what must be there
      p.add('j', outline, { topic: o.output.maybe.deep })
      // @ts-expect-error -- the wrong place of a pair
      p.add('k', outline, { topic: o.output.pair[1] })
      // @ts-expect-error -- a reference to a number in the place of a mapping
      p.add('l', tagged, { tags: o.output.meta.words })
      // @ts-expect-error -- a mapping of numbers in the place of a mapping of texts
      p.add('m', tagged, { tags: o.output.byName })
      // @ts-expect-error -- a class's payload
      p.add('n', counter, { text: o.output.meta.words })
      // @ts-expect-error -- no such part of the output
      p.add('o2', draft, { points: o.output.pionts })
      // @ts-expect-error -- no such input
      p.add('p', outline, { topic: p.inputs.topics })
      // @ts-expect-error -- a subtask in the place of its output
      p.add('q', draft, { points: o })
      // @ts-expect-error -- no such priority
      p.add('r', free, {}, { priority: 'urgent' })
      // @ts-expect-error -- no such option
      p.add('s', free, {}, { after: ['o'] })
      // @ts-expect-error -- a wider type in the place of a narrower one
      p.add('t', defineAgent({ name: 'x', input: z.enum(['short']), run: () => 1 }), o.output.kind)
      // @ts-expect-error -- an output that is said to be something else
      p.add('t2', draft, { points: p.add<{ list: number[] }>('t3', 'echo').output.list })
      // @ts-expect-error -- a payload that the schema of a class refuses
      p.add('n2', repeater, { times: 'twice' })
      // @ts-expect-error -- a class in the place of an agent
      p.add('n3', Counter, { text: 'x' })
      // @ts-expect-error -- a team in the place of an agent
      p.add('n4', { name: 'team', agents: [counter] }, {})
      // @ts-expect-error -- a map over what is no list
      p.add('m1', outline, { topic: p.element }, { forEach: { from: o.output.meta } })
      // @ts-expect-error -- a map over what may be missing
      p.add('m2', free, {}, { forEach: { from: o.output.maybe } })
      // @ts-expect-error -- the output of a map is a list
      void p.add('m3', free, {}, { forEach: { from: o.output.points } }).output.points
      const each = p.add('m4', outline, { topic: 'x' }, { forEach: { from: o.output.points } })
      // @ts-expect-error -- an element of a map's output may be missing, where it was skipped
      p.add('m5', draft, { points: each.output[0].points })
      // @ts-expect-error -- a payload that the agent of a map refuses
      p.add('m6', outline, { topic: 5 }, { forEach: { from: o.output.points } })
      // @ts-expect-error -- a condition without a test
      p.add('w1', free, {}, { when: [{ from: o.output.kind }] })
      // @ts-expect-error -- a subtask in the place of its output
      p.add('w2', free, {}, { when: [{ from: o, equals: 1 }] })
      // @ts-expect-error -- no such policy
      p.add('f1', free, {}, { onFailure: 'abort' })
      // @ts-expect-error -- no such condition of its dependencies
      p.add('f2', free, {}, { runIf: 'always' })
      // @ts-expect-error -- a payload that the agent of a reaction refuses
      p.on('x', outline, { topic: p.event.offset })
      // @ts-expect-error -- a reaction has no place in the graph
      p.on('x', free, {}, { dependsOn: ['o'] })
      // @ts-expect-error -- an agent is named, or has a name
      p.add('u', { title: 'x' }, {})
    })
  expect(wrong).toBeInstanceOf(Function)
})

test('the result of a submitted model agent is as typed as any other’s', () => {
  const agent = defineModelAgent({
    name: 'sum',
    instructions: 'You add.',
    input: z.object({ of: z.array(z.number()) }),
    output: z.object({ sum: z.number() }),
  })
  const submit = (troupe: Troupe): Promise<AgentResult<{ sum: number }>> => troupe.submit(agent, { of: [1] })
  expect(submit).toBeDefined()
})
