// The code team on a real server beyond its usual way: one coder alone, Python, and a repository that was there before.
import type { Artifacts } from '../../src/workspace/snapshot'
import { storeSnapshot, textFiles } from '../../src/workspace/snapshots'
import { useTroupe } from '../support/troupe'
import { useCodeTeam } from './support/play'
import { approve, architecture, files, specification, testFile } from './support/program'

const test = useTroupe('code-team-others')
const stage = useCodeTeam(test)

it('has one coder write code and tests, and mend both', async () => {
  const main = { 'src/main.js': 'export const add = (a, b) => a + b\n' }
  const tests = (sum: number): Record<string, string> => ({
    'test/main.test.js': testFile("import { add } from '../src/main.js'", 'adds', `assert.equal(add(2, 3), ${sum})`),
  })
  const single = [files(main), files(main), files(tests(6)), files(tests(5))]
  const { run, calls, report, text, told } = await stage.play({ single }, { mode: 'single' })
  expect(calls).toEqual({ 'coder-agent': 4 })
  expect(told('coder-agent', 1)).toContain('there is no file of tests')
  expect(run.rounds.map(({ check }) => check.problems.map((one) => one.text))).toEqual([
    ['no test of "program" ran: none was found'],
    [],
    [],
  ])
  expect(run).toMatchObject({ done: true, status: 'succeeded', contributions: [{ module: 'program', role: 'code' }] })
  expect(run.rounds[1]!.check.tests).toMatchObject([{ status: 'failed', module: 'program' }])
  expect(JSON.parse(await text('package.json'))).toMatchObject({ scripts: { start: 'node src/main.js' } })
  expect(report).toContain('one coder worked from the request alone')
})

it('in the mode auto builds as the architecture speaks for, and says why', async () => {
  const [first, second] = architecture.modules
  const all = files({
    'src/add.js': 'export const add = (a, b) => a + b\n',
    'src/cli.js': 'export const sum = () => "sum: 5"\n',
  })
  const tests = files({
    'test/add.test.js': testFile(
      "import { add } from '../src/add.js'",
      '[AC-1] [AC-2] adds',
      'assert.equal(add(2, 3), 5)',
    ),
  })
  const alone = await stage.play({ code: { program: all }, tests: { program: tests } }, { mode: 'auto' })
  expect(alone.calls).toEqual({
    ...{
      'spec-agent': 1,
      'architect-agent': 1,
      'coder-agent program': 1,
      'test-agent program': 1,
      'reviewer-agent': 1,
    },
  })
  expect(alone.run).toMatchObject({
    ...{ done: true, choice: { advice: 'one agent', measured: { modules: 2, width: 1 } } },
    architecture: { modules: [{ name: 'program', paths: ['src/add.js', 'src/cli.js'] }] },
  })
  expect(alone.told('coder-agent program')).toContain(first!.contract)
  expect(alone.report).toMatch(/Chosen: one coder for all modules: .*no two parts can be done side by side/)

  const beside = { ...architecture, modules: [first!, { ...second!, imports: [] }] }
  const sum = files({ 'src/cli.js': 'export const sum = () => `sum: 5`\n' })
  const team = await stage.play({ architect: beside, code: { cli: sum } }, { mode: 'auto' })
  expect(team.calls).toMatchObject({
    'coder-agent add': 1,
    'coder-agent cli': 1,
    'test-agent add': 1,
    'test-agent cli': 1,
  })
  expect(team.run).toMatchObject({ done: true, choice: { advice: 'team' }, architecture: { modules: [{}, {}] } })
  expect(team.report).toMatch(
    /Chosen: a team, module by module: 2 parts run side by side, which makes it 2 times as fast/,
  )
})

it('writes and tests Python', async () => {
  const [first] = architecture.modules
  const python = {
    ...architecture,
    modules: [
      {
        ...first!,
        paths: ['sums/'],
        testPaths: ['tests/'],
        criteria: ['AC-1', 'AC-2'],
        contract: 'sums/add.py: add(a, b)',
      },
    ],
    testCommand: ['python3', '-m', 'unittest'],
    runCommand: ['python3', 'sums/add.py'],
  }
  const tests = `import unittest
from sums.add import add

class Adding(unittest.TestCase):
    def test_sum(self):
        """[AC-1] [AC-2] adds"""
        self.assertEqual(add(2, 3), 5)
`
  const code = (sign: string): object => files({ 'sums/add.py': `def add(a, b):\n    return a ${sign} b\n` })
  const { run, newest, report } = await stage.play(
    {
      architect: python,
      code: { add: [code('-'), code('+')] },
      tests: { add: files({ 'tests/test_add.py': tests }) },
    },
    { language: 'Python' },
  )
  expect(run).toMatchObject({ done: true, language: 'python', rounds: [{}, {}] })
  expect(run.rounds[0]!.check.tests).toEqual([
    expect.objectContaining({
      ...{ file: 'tests/test_add.py', name: 'Adding > [AC-1] [AC-2] adds', status: 'failed', module: 'add' },
      message: expect.stringContaining('-1 != 5'),
    }),
  ])
  expect(Object.keys(newest!.snapshot.files)).toEqual(['sums/add.py', 'tests/__init__.py', 'tests/test_add.py'])
  expect(report).toMatch(/AC-2 .* \| passed \|/)
})

async function stored(texts: Record<string, string>): Promise<string> {
  const { artifacts: kept } = test.troupe.store
  const artifacts: Artifacts = { put: (content) => kept.put(Buffer.from(content)), get: (id) => kept.get(id) }
  return storeSnapshot(artifacts, { files: await textFiles(artifacts, texts) })
}

it('works on an existing repository: only its own paths, and the old tests before and after', async () => {
  const before = {
    'README.md': '# Sums\n',
    'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' } }),
    'src/sums.js': 'export const double = (a) => a * 2\n',
    'test/sums.test.js': testFile("import { double } from '../src/sums.js'", 'doubles', 'assert.equal(double(2), 4)'),
  }
  const base = await stored(before)
  const [first] = architecture.modules
  const plan = {
    ...architecture,
    modules: [{ ...first!, paths: ['src/add.js', 'src/sums.js'], criteria: ['AC-1', 'AC-2'] }],
    runCommand: ['node', 'src/sums.js'],
  }
  const add = { 'src/add.js': 'export const add = (a, b) => a + b\n' }
  const { run, calls, told, newest, report } = await stage.play(
    {
      // It looks at what the map only names, and may not change anything
      architect: [
        { tool: 'read_file', input: { path: 'src/sums.js' } },
        { tool: 'write_file', input: { path: 'src/sums.js', content: '' } },
        plan,
      ],
      // The first answer breaks what was there
      code: {
        add: [
          files({ ...add, 'src/sums.js': 'export const triple = (a) => a * 3\n' }),
          files({ 'src/sums.js': before['src/sums.js'] }),
        ],
      },
      tests: {
        add: files({
          'test/add.test.js': testFile(
            "import { add } from '../src/add.js'",
            '[AC-1] [AC-2] adds',
            'assert.equal(add(2, 3), 5)',
          ),
        }),
      },
      spec: specification,
      review: approve,
    },
    { base },
  )
  expect(run.failures).toEqual([])
  expect(told('architect-agent')).toContain('  exports double')
  expect(told('architect-agent')).not.toContain('export const double')
  expect(told('architect-agent', 1)).toContain('export const double')
  expect(told('architect-agent', 2)).toMatch(/write_file/)
  expect(calls['architect-agent']).toBe(3)
  expect(told('coder-agent add')).toContain('export const double')
  expect(run.baseline).toMatchObject({ command: 'node --test', passed: true })
  expect(run.rounds[0]!.check).toMatchObject({
    ...{ passed: false, tests: [{ name: '[AC-1] [AC-2] adds', status: 'passed' }] },
    ownTests: { before: { passed: true }, after: { passed: false } },
    problems: [{ text: expect.stringContaining('(node --test) fail where they did not before: "test/sums.test.js"') }],
  })
  expect(calls).toMatchObject({ 'coder-agent add': 2, 'test-agent add': 1 })
  expect(run).toMatchObject({ done: true, rounds: [{}, { check: { ownTests: { after: { passed: true } } } }] })
  expect(Object.keys(newest!.snapshot.files)).toEqual([...Object.keys(before), 'src/add.js', 'test/add.test.js'].sort())
  expect(report).toContain('`node --test`: before passed (1 ran), after passed (1 ran).')
})

it('holds old failures against nobody; but tests that were changed, that are fewer, or that fail now', async () => {
  const old = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { double } from '../src/sums.js'
test('doubles', () => assert.equal(double(2), 4))
test('is broken for long', () => assert.equal(double(2), 5))
`
  const sums = 'export const double = (a) => a * 2\n'
  const before = { 'package.json': '{ "type": "module" }', 'src/sums.js': sums, 'test/sums.test.js': old }
  const added = {
    'src/add.js': 'export const add = (a, b) => a + b\n',
    'test/add.test.js': testFile("import { add } from '../src/add.js'", 'adds', 'assert.equal(add(2, 3), 5)'),
  }
  const cheat = files({ ...added, 'test/sums.test.js': old.replace('double(2), 5', 'double(2), 4') })
  const single = [
    ...[cheat, cheat],
    files({ ...added, 'src/sums.js': `${sums}process.exitCode = 0; process.exit()\n` }),
    files({ 'src/sums.js': 'export const double = (a) => a * 3\n' }),
    files({ 'src/sums.js': sums }),
  ]
  const request = { base: await stored(before), mode: 'single', testCommand: 'node --test test/', maxRounds: 4 }
  const { run, told, report, newest } = await stage.play({ single }, request)
  expect(told('coder-agent', 1)).toContain('"test/sums.test.js\\" is a test that was there before')
  expect(run.baseline).toMatchObject({
    command: 'node --test test/',
    passed: false,
    failing: ['is broken for long'],
    ran: 2,
  })
  expect(run.rounds.map(({ check }) => check.problems.map(({ text }) => text.split('\n')[0]))).toEqual([
    [
      expect.stringMatching(/refused: "test\/sums.test.js" is a test that was there/),
      expect.stringContaining('no test'),
    ],
    [expect.stringContaining('fewer tests than before')],
    [expect.stringContaining('fail where they did not before: "doubles"')],
    [],
  ])
  expect(run).toMatchObject({ done: true, status: 'succeeded' })
  expect(newest!.snapshot.files['test/sums.test.js']!.bytes).toBe(old.length)
  expect(report).toContain('Failed before, and fail still:\n\n- is broken for long')
  expect(report).toContain("Of the repository's own tests 1 failed before, and fail still")

  const refused = await stage.play({ single }, { ...request, testCommand: 'no-such-program --all' })
  expect(refused.run.failures).toMatchObject([{ subtask: 'baseline', code: 'CommandNotFound' }])
  expect(refused.calls).toEqual({})
})
