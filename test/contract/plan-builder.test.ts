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

test('conditions, maps, policies, people and reactions equal those of a file', () => {
  const built = definePlan(
    'deep',
    { inputs: z.object({ kind: z.string() }), onFailure: { fallback: outline } },
    (p) => {
      const o = p.add('o', outline, { topic: p.inputs.kind }, { onFailure: { fallback: 'echo' } })
      const each = p.add('each', 'echo', [p.element, p.element.name], {
        forEach: { from: o.output.points, maxInFlight: 3 },
      })
      p.add('plain', 'echo', undefined, { forEach: { from: 'each' } })
      p.add('ask', 'human', { prompt: 'Which?', choices: ['a'], details: each.output }, { onFailure: 'hold' })
      p.add(
        'last',
        'echo',
        {},
        {
          runIf: 'any-succeeded',
          dependsOn: ['ask'],
          when: [
            { from: o.output.points[0]['a/b'], notEquals: 'x' },
            { from: p.inputs, path: '', exists: true },
            { from: 'each', path: '/0', in: [1, null] },
            { from: each.output, equals: false },
          ],
        },
      )
      p.on('task.created', outline, { topic: p.event.source }, { where: { subtask: 'o' }, id: 'r', onFailure: 'hold' })
      p.on('a.b', 'echo', undefined, { priority: 'low' })
    },
  )
  const text = `
name: deep
inputs: {type: object, properties: {kind: {type: string}}, required: [kind]}
onFailure: {fallback: outline}
subtasks:
  - {id: o, agentType: outline, payload: {topic: {$from: inputs, path: /kind}}, onFailure: {fallback: echo}}
  - id: each
    agentType: echo
    payload: [{$element: ""}, {$element: /name}]
    forEach: {from: o, path: /points, maxInFlight: 3}
  - {id: plain, agentType: echo, forEach: {from: each}}
  - {id: ask, agentType: human, payload: {prompt: "Which?", choices: [a], details: {$from: each}}, onFailure: hold}
  - id: last
    agentType: echo
    payload: {}
    runIf: any-succeeded
    dependsOn: [ask]
    when:
      - {from: o, path: /points/0/a~1b, notEquals: x}
      - {from: inputs, path: "", exists: true}
      - {from: each, path: /0, in: [1, null]}
      - {from: each, equals: false}
reactions:
  - id: r
    on: task.created
    where: {subtask: o}
    run: {agentType: outline, payload: {topic: {$event: /source}}, onFailure: hold}
  - {on: a.b, run: {agentType: echo, priority: low}}
`
  expect(built).toStrictEqual(parsePlanText(text, { file: 'plan.yaml', directory: '/' }).plan)
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

test('what is no output, no JSON or of another plan is named in conditions, maps and reactions too', () => {
  let foreign: PlanNode | undefined
  definePlan('other', (p) => void (foreign = p.add('theirs', 'echo')))
  const { problems } = refusalOf((p) => {
    const o = p.add('a', 'echo')
    const anyone = o as unknown as string
    p.add(
      'b',
      'echo',
      {},
      {
        when: [
          { from: foreign!.output, exists: true },
          { from: anyone, equals: 1n as never },
        ],
      },
    )
    p.add('c', 'echo', {}, { forEach: { from: p.element }, onFailure: { fallback: {} as never } })
    p.on('x', 'echo', { theirs: foreign!.output }, { where: { at: new Date(0) as never } })
  })
  expect(problems.map(({ path, message }) => [path, message])).toEqual([
    ['subtasks[1].when[0].from', '{"$from":"theirs"} refers into another plan'],
    ['subtasks[1].when[1].equals', 'a bigint is no JSON value'],
    ['subtasks[1].when[1].from', 'the subtask "a" is no output'],
    ['subtasks[2].forEach.from', '{"$element":""} is no output'],
    ['subtasks[2].onFailure.fallback', 'no agent: undefined'],
    ['reactions[0].where.at', 'an object of the class "Date" is no JSON value'],
    ['reactions[0].run.payload.theirs', '{"$from":"theirs"} refers into another plan'],
  ])
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
