// Plans built in code are the data that a file of the same plan gives; mistakes in building are named, all at once.
import { z } from 'zod'
import { defineAgent } from '../../src/agents/define-agent'
import { TroupeError } from '../../src/contract/errors'
import { definePlan } from '../../src/contract/schema/plan-builder'
import type { PlanBuilder, PlanNode, UntypedReference } from '../../src/contract/schema/plan-types'
import { parsePlanText } from '../../src/plan-file/parse-plan-text'

const outline = defineAgent({
  name: 'outline',
  input: z.object({ topic: z.string() }),
  output: z.object({ points: z.array(z.object({ 'a/b': z.string() })) }),
  run: () => ({ points: [] }),
})

function refusalOf(build: (p: PlanBuilder) => void): TroupeError {
  try {
    definePlan('bad', build)
  } catch (error) {
    expect(error).toBeInstanceOf(TroupeError)
    expect((error as TroupeError).code).toBe('InvalidPlan')
    return error as TroupeError
  }
  throw new Error('the plan was taken')
}

test('a built plan equals the file of the same plan', () => {
  const built = definePlan('readme', { inputs: z.object({ topic: z.string(), depth: z.number().default(2) }) }, (p) => {
    const o = p.add('outline', outline, { topic: p.inputs.topic }, { priority: 'high', estimateMs: 5000 })
    p.add('draft', 'writer', { first: o.output.points[0]['a/b'], all: [o.output], note: undefined }, { dependsOn: [] })
    p.add('last', 'writer', undefined, { dependsOn: [o, 'draft'], type: 'write', deadline: '+10m' })
  })
  const text = `
name: readme
inputs:
  type: object
  properties: {topic: {type: string}, depth: {type: number, default: 2}}
  required: [topic]
subtasks:
  - {id: outline, agentType: outline, payload: {topic: {$from: inputs, path: /topic}}, priority: high, estimateMs: 5000}
  - id: draft
    agentType: writer
    payload: {first: {$from: outline, path: /points/0/a~1b}, all: [{$from: outline}]}
    dependsOn: []
  - {id: last, agentType: writer, dependsOn: [outline, draft], type: write, deadline: +10m}
`
  expect(built).toStrictEqual(parsePlanText(text, { file: 'plan.yaml', directory: '/' }).plan)
  expect(JSON.parse(JSON.stringify(built))).toStrictEqual(built)
})

test('keys and ids of any name can be referred to', () => {
  const { subtasks } = definePlan('names', (p) => {
    const o = p.add<Record<string, UntypedReference>>('__proto__', 'echo', JSON.parse('{"__proto__": {"x": 1}}'))
    const { __proto__: proto, constructor, then, path, $from } = o.output as unknown as Record<string, unknown>
    p.add('constructor', 'echo', [proto, constructor, then, path, $from])
  })
  expect(JSON.stringify(subtasks[0])).toBe('{"id":"__proto__","agentType":"echo","payload":{"__proto__":{"x":1}}}')
  const paths = ['/__proto__', '/constructor', '/then', '/path', '/$from']
  expect(subtasks[1]!.payload).toEqual(paths.map((path) => ({ $from: '__proto__', path })))
})

test('every mistake is named with its place and its subtask, all at once', () => {
  let foreign: PlanNode | undefined
  definePlan('other', (p) => void (foreign = p.add('theirs', 'echo')))
  const circle: unknown[] = []
  circle.push({ circle })
  const { problems, message } = refusalOf((p) => {
    const o = p.add('a', 'echo', { run: () => 1, when: new Date(0), big: 1n, deep: [NaN, undefined] })
    p.add('a', 'echo', { node: o, theirs: [foreign!.output] })
    p.add('b', 'echo', circle, { dependsOn: [foreign!, o] })
  })
  expect(problems.map(({ path, subtask, message: said }) => [path, subtask, said])).toEqual([
    ['subtasks[0].payload.run', 'a', 'a function is no JSON value'],
    ['subtasks[0].payload.when', 'a', 'an object of the class "Date" is no JSON value'],
    ['subtasks[0].payload.big', 'a', 'a bigint is no JSON value'],
    ['subtasks[0].payload.deep[0]', 'a', 'NaN is no JSON value'],
    ['subtasks[0].payload.deep[1]', 'a', 'undefined is no JSON value'],
    ['subtasks[1].id', 'a', 'duplicate id "a": it was added before'],
    ['subtasks[1].payload.node', 'a', 'the subtask "a" itself is no value'],
    ['subtasks[1].payload.theirs[0]', 'a', '{"$from":"theirs"} refers into another plan'],
    ['subtasks[2].payload[0].circle', 'b', 'nested deeper than 100 levels, or in a circle'],
    ['subtasks[2].dependsOn[0]', 'b', '"theirs" is of another plan'],
  ])
  expect(message).toContain('the plan "bad" has 10 problems')
  expect(message).toContain(
    'subtasks[1].payload.node (subtask "a"): the subtask "a" itself is no value; hand its output on',
  )
})

test('a class, or nothing, in the place of an agent is named', () => {
  class Outliner {}
  const { problems } = refusalOf((p) => {
    const add = p.add as unknown as (id: string, agent: unknown) => PlanNode
    add('a', Outliner)
    add('b', undefined)
    add('c', { title: 'x' })
  })
  expect(problems.map(({ path, subtask, message }) => [path, subtask, message])).toEqual([
    ['subtasks[0].agentType', 'a', 'no agent: the class or function "Outliner"'],
    ['subtasks[1].agentType', 'b', 'no agent: undefined'],
    ['subtasks[2].agentType', 'c', 'no agent: undefined'],
  ])
})

test('a builder may be taken apart', () => {
  const { subtasks } = definePlan('apart', {}, ({ add, inputs }) => {
    const { output } = add('a', 'echo', inputs)
    add('b', 'echo', output)
  })
  expect(subtasks.map(({ payload }) => payload)).toEqual([{ $from: 'inputs' }, { $from: 'a' }])
})

test('a reference that is used as if it were the value says so', () => {
  const misuses: ((reference: UntypedReference) => unknown)[] = [
    (reference) => `${String(reference.topic)}`,
    (reference) => ({ ...reference.topic }),
    (reference) => [...(reference as unknown as string[])],
    (reference) => JSON.stringify(reference),
  ]
  for (const misuse of misuses) {
    const refusal = refusalOf((p) => void misuse(p.inputs as UntypedReference))
    expect(refusal.message).toMatch(/^the reference to "inputs.*" was used as if its value were known$/)
    expect(refusal.hint).toContain('hand the reference itself on')
  }
})

test('subtasks cannot come after the plan is complete', async () => {
  let builder: PlanBuilder | undefined
  const plan = definePlan('done', (p) => {
    builder = p
    p.add('a', 'echo')
  })
  expect(() => builder!.add('b', 'echo')).toThrow(/complete.*"b" comes too late/)
  expect(plan.subtasks).toHaveLength(1)
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the mistake that is tested
  const late = refusalOf(async (p) => {
    await Promise.resolve()
    p.add('a', 'echo')
  })
  expect(late.message).toContain('must not be async')
  await Promise.resolve()
})

test('inputs that JSON Schema cannot say are refused', () => {
  const inputs = z.object({ on: z.string().transform((text) => new Date(text)) })
  expect(() => definePlan('dates', { inputs }, () => undefined)).toThrow(/inputs: there is no JSON Schema for this one/)
})
