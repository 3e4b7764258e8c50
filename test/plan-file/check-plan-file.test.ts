// A plan file with everything wrong: every problem with its place in the file, all at once.
import { createHash } from 'node:crypto'
import { TroupeError } from '../../src/contract/errors'
import { checkPlanFile } from '../../src/plan-file/check-plan-file'
import { parsePlanText } from '../../src/plan-file/parse-plan-text'
import { withPlaces } from '../../src/plan-file/refusals'

const now = Date.parse('2026-11-20T12:00:00Z')
const place = { file: 'bad.yaml', directory: '/plans' }

function refusalOf(text: string): TroupeError {
  try {
    checkPlanFile(parsePlanText(text, place), { now })
  } catch (error) {
    return error as TroupeError
  }
  throw new Error('the plan was taken')
}

test('each problem is a line with file, line, column, path, subtask, value and choices, in the order of the file', () => {
  const { code, message, problems } = refusalOf(`name: "not a name"
team: [1]
teem: x
subtasks:
  - id: a
    agentType: ecko
    dependsOn: [b]
  - id: b
    agentType: wait
    payload: {ms: soon}
    dependsOn: [a, nobody, c]
  - id: b
    type: paint
    priority: urgent
  - id: ""
    agentType: echo
    deadline: 2026-11-20T11:59:59Z
    payload: {x: {$from: bb}}
  - {id: c, agentType: echo, dependsOn: [c], colour: red}
agents:
  lint: {command: [x], use: echo}
`)
  expect(code).toBe('InvalidPlan')
  expect(problems).toHaveLength(message.split('\n').length - 1)
  expect(message.split('\n')).toEqual([
    'the plan has 16 problems:',
    'bad.yaml:1:1: name: "not a name": a plan\'s name has 1 to 64 letters, digits, ".", "-" and "_"',
    'bad.yaml:2:1: team: [1]: must be the path of a module that exports a team; relative to this file, for example "./team.ts"',
    'bad.yaml:3:1: teem: unknown key "teem"; did you mean "team"?',
    'bad.yaml:6:5: subtasks[0].agentType (subtask "a"): unknown agent "ecko"; did you mean "echo"?',
    'bad.yaml:7:5: subtasks[0].dependsOn (subtask "a"): cycle: a → b → a; each depends on the next; take one dependency away',
    'bad.yaml:10:15: subtasks[1].payload.ms (subtask "b"): "soon" must be integer',
    'bad.yaml:11:20: subtasks[1].dependsOn[1] (subtask "b"): missing dependency: there is no subtask "nobody"; subtasks: a, b, c',
    'bad.yaml:12:5: subtasks[2].id (subtask "b"): duplicate id "b": subtasks[1] has it already',
    'bad.yaml:13:5: subtasks[2].type (subtask "b"): no agent for type "paint"; types: lint, echo, wait, human',
    'bad.yaml:14:5: subtasks[2].priority (subtask "b"): "urgent" is not one of the choices; choices: low, normal, high',
    'bad.yaml:15:5: subtasks[3].id (subtask ""): "": an id must not be empty',
    'bad.yaml:17:5: subtasks[3].deadline (subtask ""): the deadline "2026-11-20T11:59:59Z" is in the past (it is 2026-11-20T12:00:00.000Z); a time to come, or one from the start such as "+10m"',
    'bad.yaml:18:19: subtasks[3].payload.x.$from (subtask ""): reference to nothing: there is no subtask "bb"; did you mean "b"?',
    'bad.yaml:19:30: subtasks[4].dependsOn (subtask "c"): cycle: c depends on itself (c → c); each depends on the next; take one dependency away',
    'bad.yaml:19:46: subtasks[4].colour (subtask "c"): unknown key "colour"; keys: id, agentType, type, payload, priority, estimateMs, onFailure, budget, deadline, dependsOn, runIf, when, forEach',
    'bad.yaml:21:3: agents.lint: {"command":["x"],"use":"echo"}: an agent has exactly one of "command", "instructions" and "use"',
  ])
})

test('a plan that is no mapping is refused at its first line', () => {
  expect(refusalOf('- id: a\n').message).toContain('bad.yaml:1:1: ')
  expect(refusalOf('just words\n').message).toContain('bad.yaml:1:1: ')
})

test('commands run where the plan file is, or where its cwd says from there', () => {
  const text = `name: x
subtasks: [{id: a, agentType: here}]
agents:
  here: {command: [pwd]}
  there: {command: [pwd], cwd: sub}
  away: {command: [pwd], cwd: /srv}
`
  const { checked } = checkPlanFile(parsePlanText(text, place), { now })
  const cwds = checked.spec.team.agents.flatMap(({ inline }) =>
    inline?.kind === 'command' ? [inline.command.cwd] : [],
  )
  expect(cwds).toEqual(['/plans', '/plans/sub', '/srv'])
})

test('the queue of an inline agent ends in eight digits of a SHA-256', () => {
  const text = 'name: x\nsubtasks: [{id: a, agentType: nap, payload: {ms: 1}}]\nagents: {nap: {use: wait}}\n'
  const { checked } = checkPlanFile(parsePlanText(text, place), { now })
  const { taskQueue, ...settings } = checked.spec.team.agents[0]!
  const digits = taskQueue.split('.').at(-1)
  expect(taskQueue).toMatch(/^agent\.x\.nap\.[0-9a-f]{8}$/)
  expect(digits).toBe(createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 8))
})

test('inputs are checked where they are given, and left alone where they are not known yet', () => {
  const text =
    'name: x\ninputs: {type: object, properties: {n: {type: integer}}, required: [n]}\nsubtasks: [{id: a, agentType: echo}]\n'
  const file = parsePlanText(text, place)
  expect(() => checkPlanFile(file, { now })).toThrow(
    /bad\.yaml:2:1: inputs: the input is refused: the key "n" is missing/,
  )
  expect(checkPlanFile(file, { now, checkInputs: false }).checked.plan.name).toBe('x')
  expect(checkPlanFile(file, { now, inputs: { n: 1 } }).checked.spec.inputs).toEqual({ n: 1 })
})

test('problems of policies, conditions, maps, people and reactions have their places too', () => {
  const { message } = refusalOf(`name: deep
onFailure: {fallback: ecko}
subtasks:
  - id: a
    agentType: human
    payload:
      prompt: Go on?
      choices: [yes, no]
      onTimeout: approve
  - id: b
    agentType: echo
    when:
      - {from: a, equals: yes}
      - from: aa
        exists: true
    forEach:
      from: a
      path: list
    payload: [{$element: ''}, {$event: ''}]
reactions:
  - on: task.created
    where: {subtask: a}
    run:
      agentType: echo
      payload: {about: {$from: a}}
`)
  expect(message.split('\n').slice(1)).toEqual([
    'bad.yaml:2:13: onFailure.fallback: unknown agent "ecko"; did you mean "echo"?',
    'bad.yaml:9:7: subtasks[0].payload.onTimeout (subtask "a"): "approve" gives no answer, and "choices" asks for one; choices: reject, fail; or leave "choices" out',
    'bad.yaml:14:9: subtasks[1].when[1].from (subtask "b"): condition on nothing: there is no subtask "aa"; did you mean "a"?',
    'bad.yaml:18:7: subtasks[1].forEach.path (subtask "b"): "list" is not a JSON Pointer; for example "/points/0", or "" for the whole',
    'bad.yaml:19:31: subtasks[1].payload[1] (subtask "b"): "$event" outside a reaction; it stands for the event in what "reactions" run',
    'bad.yaml:25:25: reactions[0].run.payload.about.$from: a reaction cannot refer to the subtask "a"; a reaction may refer to the inputs only; what happened is in "$event"',
  ])
})

test('what somebody refuses who knows no file gets its places, in the order of the file', () => {
  const file = parsePlanText('subtasks:\n  - id: a\n  - id: b\n', place)
  const problems = [
    { path: 'subtasks[1].id', message: 'bad' },
    { path: 'subtasks[0]', message: 'worse', hint: 'mend it' },
  ]
  const told = new TroupeError('ChangeRefused', 'it has 3 problems:\n  one\n  two\n  three', { problems })
  const { code, message, problems: sorted } = withPlaces(told, file)
  expect([code, message.split('\n')]).toEqual([
    'ChangeRefused',
    [
      'it has 3 problems:',
      'bad.yaml:2:5: subtasks[0]: worse; mend it',
      'bad.yaml:3:5: subtasks[1].id: bad',
      'and 1 more',
    ],
  ])
  expect(sorted.map(({ path }) => path)).toEqual(['subtasks[0]', 'subtasks[1].id'])
  const other = new TroupeError('NoWorker', 'nobody\nhears', { retryable: true })
  expect(withPlaces(other, file)).toBe(other)
})
