// From a problem's path to line and column.
import fc from 'fast-check'
import { joinPath, pathSteps } from '../../src/contract/schema/path'
import { parsePlanText } from '../../src/plan-file/parse-plan-text'

const text = `name: survey
subtasks:
  - id: a
    agentType: echo
  - id: b
    dependsOn: [a, c]
    payload:
      "two words": {x: 1}
      list:
        - first
        - 2: deep
agents:
  lint: {command: [eslint], retry: &once {maximumAttempts: 1}}
  nap: {use: wait, retry: *once}
`
const file = parsePlanText(text, { file: 'plan.yaml', directory: '/' })

describe('the place of a path', () => {
  test.each([
    ['', 1, 1],
    ['name', 1, 1],
    ['subtasks', 2, 1],
    ['subtasks[0]', 3, 5],
    ['subtasks[0].agentType', 4, 5],
    ['subtasks[1].dependsOn[1]', 6, 20],
    ['subtasks[1].payload["two words"].x', 8, 21],
    ['subtasks[1].payload.list[1][2]', 11, 11],
    ['agents.lint.command', 13, 10],
    ['agents.nap.retry.maximumAttempts', 13, 43],
    // What does not exist is in what surrounds it
    ['subtasks[0].payload.topic', 3, 5],
    ['subtasks[1].dependsOn[7]', 6, 5],
    ['subtasks[9].id', 2, 1],
    ['inputs.topic', 1, 1],
    ['agents.nap.use.deeper', 14, 9],
  ])('%s', (path, line, column) => {
    expect(file.locate(path)).toEqual({ line, column })
  })

  test('counts lines that end in CRLF once', () => {
    const crlf = parsePlanText(text.replaceAll('\n', '\r\n'), { file: 'plan.yaml', directory: '/' })
    expect(crlf.locate('subtasks[1].dependsOn[1]')).toEqual({ line: 6, column: 20 })
  })

  test('is found for any key of any plan', () => {
    const keys = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', 'constructor', '0', '', 'a.b', 'a"]', '[0]'),
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(keys, fc.nat(20)), { maxLength: 6 }), (steps) => {
        expect(pathSteps(joinPath('', steps))).toEqual(steps.map(String))
      }),
    )
    fc.assert(
      fc.property(fc.uniqueArray(keys, { minLength: 1, maxLength: 6 }), (names) => {
        const json = JSON.stringify(Object.fromEntries(names.map((name) => [name, 1])), null, 1)
        const parsed = parsePlanText(json, { file: 'plan.json', directory: '/' })
        for (const name of names) {
          if (name === 'team') continue
          const line = json
            .split('\n')
            .findIndex((one) => one === ` ${JSON.stringify(name)}: 1` || one === ` ${JSON.stringify(name)}: 1,`)
          expect(parsed.locate(joinPath('', [name]))).toEqual({ line: line + 1, column: 2 })
        }
      }),
    )
  })
})
