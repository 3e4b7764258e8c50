// What keeps a plan file from being data: refused with its place, all at once.
import { TroupeError } from '../../src/contract/errors'
import { parsePlanText } from '../../src/plan-file/parse-plan-text'

const place = { file: 'plan.yaml', directory: '/plans' }

function refusalOf(text: string): TroupeError {
  try {
    parsePlanText(text, place)
  } catch (error) {
    expect(error).toBeInstanceOf(TroupeError)
    expect((error as TroupeError).code).toBe('InvalidPlan')
    return error as TroupeError
  }
  throw new Error(`taken: ${text.slice(0, 100)}`)
}

describe('a plan file that is no data', () => {
  test('names every duplicate key with both lines, in YAML and in JSON', () => {
    const yaml = refusalOf('name: x\nsubtasks:\n  - id: a\n    id: b\n    payload: {k: 1, k: 2}\nname: y\n')
    expect(yaml.message.split('\n').slice(1)).toEqual([
      'plan.yaml:4:5: duplicate key "id": line 3 has it already',
      'plan.yaml:5:21: duplicate key "k": line 5 has it already',
      'plan.yaml:6:1: duplicate key "name": line 1 has it already',
    ])
    expect(yaml.problems).toHaveLength(3)
    const json = refusalOf('{\n\t"name": "x",\n\t"subtasks": [],\n\t"name": "y"\n}')
    expect(json.message).toContain('plan.yaml:4:2: duplicate key "name": line 2 has it already')
  })

  test('counts a number and the same text as one key', () => {
    expect(refusalOf('payload: {1: a, "1": b}').message).toContain('plan.yaml:1:17: duplicate key "1"')
  })

  test('names syntax errors with line and column, several at once', () => {
    const { message, problems } = refusalOf('name: a: b\nsubtasks: [1, 2\nagents: {')
    expect(message).toMatch(/^plan\.yaml:1:7: /m)
    expect(message).toMatch(/^plan\.yaml:3:\d+: /m)
    expect(problems.length).toBeGreaterThan(1)
  })

  test('is cut after fifty lines, and keeps all problems', () => {
    const { message, problems } = refusalOf('{' + '@, '.repeat(500))
    expect(problems.length).toBeGreaterThan(400)
    expect(message.split('\n').length).toBeLessThan(60)
    expect(message).toMatch(/and \d+ more$/)
  })

  test.each([
    ['', 'plan.yaml:1:1: there is no plan in it'],
    ['# only a comment\n', 'plan.yaml:1:1: there is no plan in it'],
    ['---\n', 'there is no plan in it'],
    ['name: a\n---\nname: b\n', 'plan.yaml:2:1: a file holds one plan: a second document begins here'],
    ['name: *who\n', 'plan.yaml:1:7: unknown alias "who"'],
    ['name: &me [*me]\n', 'nested deeper than 100 levels'],
    ['name: !!js/function "x"\nother: !mine 1\n', 'plan.yaml:2:8: '],
    ['a: .nan\n', 'plan.yaml:1:4: NaN is no JSON value'],
    ['a: 1\nb: -.inf\n', 'plan.yaml:2:4: -Infinity is no JSON value'],
    ['? [1, 2]\n: 3\n', 'plan.yaml:1:3: a key must be a text'],
    ['~: 3\n', 'plan.yaml:1:1: a key must be a text'],
    ['a:\n\tb: 1\n', 'plan.yaml:2:1: Tabs are not allowed'],
    ['['.repeat(200) + ']'.repeat(200), 'plan.yaml:1:102: nested deeper than 100 levels'],
    ['['.repeat(100_000), 'plan.yaml:1:'],
  ])('%#: %.30j', (text, expected) => {
    expect(refusalOf(text).message).toContain(expected)
  })

  test('that a few aliases would blow up is refused, and soon', () => {
    const lines = ['a0: &a0 [xxxxxxxxxx, xxxxxxxxxx]']
    for (let level = 1; level < 40; level++) lines.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`)
    expect(refusalOf(lines.join('\n')).message).toContain('once its aliases are written out')
  })
})

describe('a plan file that is data', () => {
  const planOf = (text: string): unknown => parsePlanText(text, place).plan

  test('takes __proto__ and constructor as ordinary keys', () => {
    const plan = planOf('payload: {__proto__: {polluted: true}, constructor: 1}') as { payload: object }
    expect(Object.keys(plan.payload)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(plan.payload)).toBe(Object.prototype)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    const top = planOf('{"__proto__": {"a": 1}, "team": "./t.ts"}') as object
    expect(Object.keys(top)).toEqual(['__proto__'])
  })

  test('leaves dates, merge keys and old booleans what they look like, whatever version it claims', () => {
    const text = 'deadline: 2026-12-01T00:00:00Z\non: yes\n<<: {a: 1}\nhex: 0x10\n'
    const expected = { deadline: '2026-12-01T00:00:00Z', on: 'yes', '<<': { a: 1 }, hex: 16 }
    expect(planOf(text)).toEqual(expected)
    expect(planOf(`%YAML 1.1\n---\n${text}`)).toEqual(expected)
  })

  test('gives each alias a copy of the newest anchor before it', () => {
    const plan = planOf('a: &x {b: &y [1]}\nc: &y [2]\nd: *x\ne: *y\n') as Record<string, unknown>
    expect(plan).toEqual({ a: { b: [1] }, c: [2], d: { b: [1] }, e: [2] })
    expect(plan.d).not.toBe(plan.a)
  })

  test('reads JSON as JSON.parse does', () => {
    const value = {
      name: 'x',
      list: [1, -0.5, 1e21, null, true, '\u2028 "quoted" \\ / \ud83d\ude00', {}, []],
      'a b': '',
    }
    expect(planOf(JSON.stringify(value))).toEqual(value)
    expect(planOf(JSON.stringify(value, null, '\t'))).toEqual(value)
    expect(planOf('{"k": "\\ud83d\\ude00", "long": {"' + 'k'.repeat(3000) + '": 1}}')).toEqual({
      k: '\u{1f600}',
      long: { ['k'.repeat(3000)]: 1 },
    })
  })

  test('takes numbers and booleans as keys by their text', () => {
    expect(planOf('1.0: a\ntrue: b\n0x10: c\n')).toEqual({ '1.0': 'a', true: 'b', '0x10': 'c' })
  })
})
