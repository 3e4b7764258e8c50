// The code team end to end: real Temporal, real processes, real tests; only the model's words are scripted.
import type { TestResult } from '../../src/code-team/documents'
import { useTroupe } from '../support/troupe'
import { useCodeTeam, type Played } from './support/play'
import { architecture, files, good, specification, wrongAdd } from './support/program'

const stage = useCodeTeam(useTroupe('code-team'))
const ONE_EACH = {
  'spec-agent': 1,
  'architect-agent': 1,
  'coder-agent add': 1,
  'coder-agent cli': 1,
  'test-agent add': 1,
  'test-agent cli': 1,
  'reviewer-agent': 1,
}

const results = ({ run }: Played, round: number): Record<string, TestResult['status']> =>
  Object.fromEntries(run.rounds[round]!.check.tests.map(({ name, status }) => [name, status]))
const problems = ({ run }: Played, round: number): string[] =>
  run.rounds[round]!.check.problems.map(({ module, role, text }) => `${module} ${role}: ${text}`)

it('builds a good solution in one round; coders see what they import, test-agents no code', async () => {
  const played = await stage.play({})
  const { run, report, calls, told, newest, text } = played
  expect(run).toMatchObject({ status: 'succeeded', done: true, checked: true, failures: [] })
  expect(calls).toEqual(ONE_EACH)
  expect(results(played, 0)).toEqual({ '[AC-1] adds': 'passed', '[AC-2] prints': 'passed' })
  expect(told('coder-agent cli')).toContain('export const add')
  expect(told('coder-agent add')).not.toContain('cli')
  expect(told('test-agent cli') + told('test-agent add')).not.toContain('export const')
  expect(told('reviewer-agent')).toContain('+export const add')
  expect(Object.keys(newest!.snapshot.files).sort()).toEqual(
    ['package.json', 'src/add.js', 'src/cli.js', 'test/add.test.js', 'test/cli.test.js'].sort(),
  )
  expect(JSON.parse(await text('package.json'))).toMatchObject({
    ...{ name: 'sum-a-command-that-adds-numbers', private: true, type: 'module' },
    scripts: { test: 'node --test', start: 'node src/cli.js 2 3' },
  })
  expect(report).toMatch(/^\*\*Done:/m)
  expect(run.tokensUsed).toBe(stage.models.billed.tokens)
})

it('mends what a test found, and asks nobody else again', async () => {
  const cli = files({
    'src/cli.js': "import { add } from './add.js'\nexport const sum = (a) => `sum: ${5 + 0 * add(1, 1)}`\n",
  })
  const played = await stage.play({ code: { add: [wrongAdd, good.code.add], cli } })
  expect(played.run).toMatchObject({ done: true, rounds: [{ modules: ['add', 'cli'] }, { modules: ['add'] }] })
  expect(played.calls).toEqual({ ...ONE_EACH, 'coder-agent add': 2, 'reviewer-agent': 2 })
  expect(results(played, 0)).toEqual({ '[AC-1] adds': 'failed', '[AC-2] prints': 'passed' })
  const told = played.told('coder-agent add', 1)
  expect(told).toContain('[AC-1] adds')
  expect(told).toContain('-1 !== 5')
  expect(told).toContain('a - b')
})

it('fails as what never works, and says exactly what; a test that fails twice goes to its author too', async () => {
  const played = await stage.play({ code: { add: wrongAdd } })
  const { run, report, calls, newest } = played
  expect(run).toMatchObject({ status: 'failed', code: 'TestsFailed', done: false, checked: true })
  expect(run.rounds).toHaveLength(3)
  expect(calls).toMatchObject({ 'coder-agent add': 3, 'test-agent add': 2, 'architect-agent': 1 })
  const [failure] = run.failures
  expect(failure).toMatchObject({ subtask: 'gate', code: 'TestsFailed' })
  expect(failure!.message).toContain('after 3 rounds: the test "[AC-1] adds" in test/add.test.js fails')
  expect(report).toMatch(/^\*\*Incomplete \(TestsFailed\):/m)
  expect(report).toMatch(/AC-1 .*\| \*\*failed\*\* \|/)
  expect(newest).toMatchObject({ checked: true })
})

it('is not moved by a reviewer that approves what fails', async () => {
  const { run, calls } = await stage.play({ code: { add: wrongAdd } }, { maxRounds: 1 })
  expect(run).toMatchObject({ status: 'failed', code: 'TestsFailed', rounds: [{ review: { verdict: 'approve' } }] })
  expect(calls).toEqual(ONE_EACH)
})

it('sends a module back for a blocking finding, though all tests pass', async () => {
  const finding = { file: 'src/add.js', line: 1, severity: 'blocking', text: 'It is too short.' }
  const changes = { verdict: 'changes', findings: [finding] }
  const played = await stage.play({ review: [changes, { verdict: 'approve', findings: [] }] })
  expect(played.run).toMatchObject({ done: true, rounds: [{ check: { passed: true } }, { modules: ['add'] }] })
  expect(played.calls).toEqual({ ...ONE_EACH, 'coder-agent add': 2, 'reviewer-agent': 2 })
  expect(played.told('coder-agent add', 1)).toContain('It is too short.')
})

it('takes nothing of a patch that leaves its module, or changes tests, until it keeps to its paths', async () => {
  const greedy = files({
    'src/add.js': 'export const add = () => 5\n',
    'src/cli.js': 'export const sum = () => "sum: 5"\n',
  })
  const cheating = files({ 'src/cli.js': '', 'test/cli.test.js': '', '../outside.js': '' })
  const played = await stage.play({
    code: { add: [greedy, greedy, good.code.add], cli: [cheating, cheating, good.code.cli] },
  })
  const { run, calls, text } = played
  expect(run).toMatchObject({ done: true, rounds: [{}, {}] })
  expect(calls).toMatchObject({ 'coder-agent add': 3, 'coder-agent cli': 3 })
  expect(problems(played, 0).slice(0, 2)).toEqual([
    expect.stringMatching(/^add code: .*the coder of "add" may not change "src\/cli.js"/),
    expect.stringMatching(/^cli code: .*"\.\.\/outside.js" cannot be written/),
  ])
  expect(played.told('coder-agent add', 1)).toContain('may not change')
  expect(await text('test/cli.test.js')).toContain('[AC-2]')
  expect(Object.keys(played.newest!.snapshot.files)).toHaveLength(5)
})

it('takes no tests of a coder for those of its criteria', async () => {
  const [add, cli] = architecture.modules
  const wide = {
    ...architecture,
    modules: [
      { ...add!, paths: ['src/add/'] },
      { ...cli!, imports: [] },
    ],
  }
  const own = "import { test } from 'node:test'\ntest('[AC-1] looks good', () => {})\n"
  const greedy = files({ 'src/add/add.js': 'export const add = (a, b) => a + b\n', 'src/add/add.test.js': own })
  const sum = files({ 'src/cli.js': 'export const sum = () => `sum: 5`\n' })
  const played = await stage.play({ architect: wide, code: { add: greedy, cli: sum } }, { maxRounds: 1 })
  expect(problems(played, 0)[0]).toMatch(/^add code: .*"src\/add\/add.test.js" would be run as tests/)
  expect(played.told('coder-agent add', 1)).toContain('would be run as tests')
  expect(results(played, 0)).not.toHaveProperty('[AC-1] looks good')
})

it('counts a test file without tests as a failure, and sends it to its author', async () => {
  const none = files({ 'test/add.test.js': '// [AC-1] is looked at by hand\n' })
  const skipped = files({
    'test/cli.test.js': "import { test } from 'node:test'\ntest('[AC-2] later', { skip: true }, () => {})\n",
  })
  const played = await stage.play({ tests: { add: [none, good.tests.add], cli: [skipped, good.tests.cli] } })
  expect(problems(played, 0)).toEqual([
    'add tests: no test of "add" ran: none was found',
    'cli tests: no test of "cli" ran: all of them are skipped',
  ])
  expect(played.run).toMatchObject({ done: true, rounds: [{ check: { exitCode: 0, passed: false } }, {}] })
  expect(played.calls).toEqual({ ...ONE_EACH, 'test-agent add': 2, 'test-agent cli': 2, 'reviewer-agent': 2 })
})

it('gives a test file that cannot be loaded to both of its module', async () => {
  const renamed = files({ 'src/add.js': 'export const plus = (a, b) => a + b\n' })
  const played = await stage.play({ code: { add: [renamed, good.code.add] } })
  expect(results(played, 0)).toEqual({ 'test/add.test.js': 'failed', 'test/cli.test.js': 'failed' })
  expect(played.run.rounds[0]!.check.tests[0]).toMatchObject({ crashed: true, module: 'add' })
  expect(played.run.rounds[0]!.check.tests[0]!.message).toContain('add')
  expect(played.calls).toMatchObject({ 'coder-agent add': 2, 'test-agent add': 2 })
  expect(played.run.done).toBe(true)
})

it('sends an architecture with a cycle back with its path, and gives up on one that keeps it', async () => {
  const [add, cli] = architecture.modules
  const cyclic = { ...architecture, modules: [{ ...add!, imports: ['cli'] }, cli!] }
  const mended = await stage.play({ architect: [cyclic, architecture] })
  expect(mended.run.done).toBe(true)
  expect(mended.told('architect-agent', 1)).toContain('add → cli → add')
  const kept = await stage.play({ architect: cyclic })
  expect(kept.calls).toEqual({ 'spec-agent': 1, 'architect-agent': 3 })
  expect(kept.run).toMatchObject({ status: 'failed', rounds: [], contributions: [] })
  expect(kept.run.failures).toEqual([expect.objectContaining({ subtask: 'architect', code: 'OutputRejected' })])
  expect(kept.newest).toBeUndefined()
  expect(kept.report).toContain('There is no architecture, and no code.')
})

it('ends at nonsense: for a document at once, for a module as tests that fail', async () => {
  const first = await stage.play({ spec: 'Sure! I would love to help.' })
  expect(first.calls).toEqual({ 'spec-agent': 3 })
  expect(first.run.failures).toEqual([expect.objectContaining({ subtask: 'spec', code: 'OutputRejected' })])
  const second = await stage.play({ code: { cli: 'I cannot do that.' } }, { maxRounds: 1 })
  expect(second.run).toMatchObject({ status: 'failed', code: 'TestsFailed' })
  expect(problems(second, 0)[0]).toMatch(/^cli code: what it answered was refused: .*not JSON/)
  expect(results(second, 0)).toMatchObject({ '[AC-1] adds': 'passed', 'test/cli.test.js': 'failed' })
})

it('keeps what was written when the run reaches its cap of tokens in the middle', async () => {
  // Two documents and three writers fit; what is left would not hold the call of the last one
  const { run, report, newest, text } = await stage.play({ tokens: { prompt: 1_500, completion: 100 } }, {}, 9_900)
  expect(run).toMatchObject({ status: 'failed', code: 'BudgetExceeded', done: false, checked: false, specification })
  expect(run.tokensUsed).toBe(stage.models.billed.tokens)
  expect(newest).toMatchObject({ checked: false })
  expect(await text('src/add.js')).toContain('a + b')
  expect(report).toContain('These files were never tested together.')
  expect(report).toMatch(/The (code|tests) of the module "cli" (was|were) not written\\?\./)
})
