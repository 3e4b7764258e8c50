// Who goes again after a round, what they are told, and the graph of a round: pure, without a server.
import type { Check, Contribution, Review, Round, TestResult } from '../../src/code-team/documents'
import { affected, isApproved } from '../../src/code-team/rounds/affected'
import { roundSubtasks } from '../../src/code-team/rounds/round-subtasks'
import { singleArchitecture, type RoundState } from '../../src/code-team/rounds/state'
import { pass } from '../../src/code-team/gate'
import { reviewProblems } from '../../src/code-team/agents/reviewer-agent'
import { architecture, specification } from './support/program'

const ARTIFACT = 'a'.repeat(64)
const green: Check = {
  ...{
    passed: true,
    snapshot: ARTIFACT,
    command: ['node', '--test'],
    exitCode: 0,
    problems: [],
    output: '',
    sandboxed: true,
  },
  tests: [{ file: 'test/add.test.js', name: 'adds', status: 'passed', module: 'add' }],
}
const red = (test: Partial<TestResult>): Check => ({
  ...green,
  passed: false,
  exitCode: 1,
  tests: [{ file: 'test/add.test.js', name: 'adds', status: 'failed', module: 'add', message: 'no', ...test }],
})
const broken = (...problems: Check['problems']): Check => ({ ...green, passed: false, problems })
const review = (...findings: Review['findings']): Review => ({
  verdict: findings.length ? 'changes' : 'approve',
  findings,
})
const finding = (file: string, severity: 'blocking' | 'advice' = 'blocking'): Review['findings'][0] => ({
  ...{ file, line: 0, severity, text: `see ${file}` },
})
const who = (now: { check: Check; review?: Review }, before?: { check: Check }): string[] =>
  affected(architecture, now, before).map(({ module, role }) => `${module} ${role}`)

describe('who goes again', () => {
  it.each<[string, { check: Check; review?: Review }, string[]]>([
    ['the coder whose test fails', { check: red({}) }, ['add code']],
    ['both, if a test file did not run to its end', { check: red({ crashed: true }) }, ['add code', 'add tests']],
    ['all coders, if the test is nobody’s', { check: red({ module: undefined }) }, ['add code', 'cli code']],
    [
      'the test-agent whose tests did not run',
      { check: broken({ module: 'cli', role: 'tests', text: 'none' }) },
      ['cli tests'],
    ],
    ['the coder whose patch was refused', { check: broken({ module: 'cli', role: 'code', text: 'no' }) }, ['cli code']],
    ['all coders, if the problem is nobody’s', { check: broken({ text: 'ended with 7' }) }, ['add code', 'cli code']],
    ['the owner of a finding’s file', { check: green, review: review(finding('src/cli.js')) }, ['cli code']],
    ['the owner of a test file', { check: green, review: review(finding('test/add.test.js')) }, ['add tests']],
    ['all coders, if the file is nobody’s', { check: green, review: review(finding('')) }, ['add code', 'cli code']],
    ['nobody, for advice alone', { check: green, review: review(finding('src/add.js', 'advice')) }, []],
    ['nobody, if nothing is wrong', { check: green, review: review() }, []],
  ])('%s', (_who, now, expected) => {
    expect(who(now)).toEqual(expected)
  })

  it('the test-agent too, if the same test failed in the round before', () => {
    expect(who({ check: red({}) }, { check: red({}) })).toEqual(['add code', 'add tests'])
    expect(who({ check: red({}) }, { check: red({ name: 'another' }) })).toEqual(['add code'])
  })

  it('with all that was said of them, and advice besides', () => {
    const now = {
      check: red({}),
      review: review(finding('src/add.js'), finding('src/add.js', 'advice'), finding('src/cli.js', 'advice')),
    }
    expect(affected(architecture, now)).toEqual([
      {
        ...{ module: 'add', role: 'code', problems: [] },
        failures: [{ file: 'test/add.test.js', name: 'adds', message: 'no' }],
        findings: [finding('src/add.js'), finding('src/add.js', 'advice')],
      },
    ])
  })
})

describe('the gate', () => {
  const build = (approved: boolean, round: Partial<Round>): Parameters<typeof pass>[0] => ({
    ...{ approved, snapshot: ARTIFACT, rounds: [{ number: 1, modules: ['add'], check: green, ...round }] },
  })

  it('lets pass what ran, passed and was approved', () => {
    expect(pass(build(true, { review: review() }))).toMatchObject({ rounds: 1, tests: { passed: 1, failed: 0 } })
    expect(isApproved({ check: green })).toBe(true)
  })

  it.each<[string, Partial<Round>, string]>([
    ['a failing test', { check: red({}), review: review() }, 'the test "adds" in test/add.test.js fails'],
    ['a problem', { check: broken({ text: 'no test ran' }) }, 'no test ran'],
    [
      'a blocking finding',
      { review: review(finding('src/add.js')) },
      'the reviewer refuses src/add.js: see src/add.js',
    ],
    ['a verdict alone', { review: { verdict: 'changes', findings: [] } }, 'the reviewer did not approve it'],
  ])('stops %s, even where it is called approved', (_what, round, text) => {
    const error = (approved: boolean): unknown => {
      try {
        return pass(build(approved, round))
      } catch (thrown) {
        return thrown
      }
    }
    for (const approved of [true, false])
      expect(error(approved)).toMatchObject({
        code: 'TestsFailed',
        retryable: false,
        message: expect.stringContaining(text),
      })
  })
})

describe('a round as subtasks', () => {
  const base: RoundState = {
    ...{ request: 'x', language: 'javascript', mode: 'team', maxRounds: 3, specification, architecture },
    rounds: [],
    contributions: [],
  }
  const left = (module: string, role: 'code' | 'tests'): Contribution => ({
    ...{ module, role, patch: { write: {}, remove: [] }, notes: `${module} ${role}` },
  })
  const contributions = [left('add', 'code'), left('add', 'tests'), left('cli', 'code'), left('cli', 'tests')]

  it('first has everybody, coders after those that they import, then check, review and decision', () => {
    const subtasks = roundSubtasks(base)
    expect(subtasks.map(({ id }) => id)).toEqual([
      'code-add',
      'test-add',
      'code-cli',
      'test-cli',
      'check',
      'review',
      'decide',
    ])
    const payload = (id: string): unknown => subtasks.find((one) => one.id === id)!.payload
    expect(payload('code-cli')).toMatchObject({
      imports: [{ module: { name: 'add' }, contributions: [{ $from: 'code-add' }] }],
    })
    expect(payload('test-cli')).toMatchObject({ imports: [{ name: 'add', contract: expect.any(String) }] })
    expect(JSON.stringify(payload('test-cli'))).not.toContain('$from')
    expect(payload('check')).toMatchObject({
      contributions: [{ $from: 'code-add' }, { $from: 'test-add' }, { $from: 'code-cli' }, { $from: 'test-cli' }],
    })
  })

  it('later has only those that are to mend something; the others are carried over by value', () => {
    const rounds = [{ number: 1, modules: ['add', 'cli'], check: red({}) }]
    const subtasks = roundSubtasks({ ...base, rounds, contributions })
    expect(subtasks.map(({ id }) => id)).toEqual(['code-add', 'check', 'review', 'decide'])
    expect(subtasks[0]!.payload).toMatchObject({ round: 2, previous: contributions[0], failures: [{ name: 'adds' }] })
    expect(subtasks[1]!.payload).toMatchObject({ contributions: [{ $from: 'code-add' }, ...contributions.slice(1)] })
    expect(subtasks[3]!.payload).toMatchObject({ modules: ['add'], state: { rounds } })
  })

  it('in single mode has one coder, no test-agent and no review', () => {
    const { specification: _, ...rest } = base
    const leave = { mayChange: ['test/a.test.js'], base: 'b' }
    const subtasks = roundSubtasks({
      ...rest,
      ...leave,
      mode: 'single',
      architecture: singleArchitecture('javascript'),
    })
    expect(subtasks.map(({ id }) => id)).toEqual(['code-program', 'check', 'decide'])
    expect(subtasks[0]!.payload).toMatchObject({ ...leave, mode: 'single', request: 'x' })
    expect(subtasks[1]!.payload).toMatchObject(leave)
    expect(subtasks[1]!.payload).not.toHaveProperty('request')
  })
})

it('sends back a review whose findings are at no place, or contradict its verdict', () => {
  const lines = new Map([
    ['src/add.js', 3],
    ['package.json', 9],
  ])
  const wrong: Review = {
    verdict: 'approve',
    findings: [
      { ...finding('src/add.js'), line: 9 },
      finding('gone.js', 'advice'),
      finding(''),
      finding('src/add.js', 'advice'),
      finding('package.json', 'advice'),
      finding('package.json'),
    ],
  }
  expect(reviewProblems(wrong, lines, architecture)).toEqual([
    expect.stringContaining('"approve" has no blocking findings'),
    'findings[0]: src/add.js has 3 lines, and no line 9',
    'findings[1]: there is no file "gone.js" in the program',
    'findings[2]: a blocking finding names the file where it is to be mended',
    expect.stringMatching(/^findings\[5\]: package.json is no module's/),
  ])
})
