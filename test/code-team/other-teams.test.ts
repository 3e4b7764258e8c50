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

it('works on an existing repository: only its own paths, and the old tests before and after', async () => {
  const before = {
    'README.md': '# Sums\n',
    'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' } }),
    'src/sums.js': 'export const double = (a) => a * 2\n',
    'test/sums.test.js': testFile("import { double } from '../src/sums.js'", 'doubles', 'assert.equal(double(2), 4)'),
  }
  const { artifacts: kept } = test.troupe.store
  const artifacts: Artifacts = { put: (content) => kept.put(Buffer.from(content)), get: (id) => kept.get(id) }
  const base = await storeSnapshot(artifacts, { files: await textFiles(artifacts, before) })
  const [first] = architecture.modules
  const plan = {
    ...architecture,
    modules: [{ ...first!, paths: ['src/add.js', 'src/sums.js'], criteria: ['AC-1', 'AC-2'] }],
    runCommand: ['node', 'src/sums.js'],
  }
  const add = { 'src/add.js': 'export const add = (a, b) => a + b\n' }
  const { run, calls, told, newest, report } = await stage.play(
    {
      architect: plan,
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
  expect(told('architect-agent')).toContain('export const double')
  expect(told('coder-agent add')).toContain('export const double')
  expect(run.baseline).toMatchObject({ command: 'node --test', passed: true })
  expect(run.rounds[0]!.check).toMatchObject({
    ...{ passed: false, tests: [{ name: '[AC-1] [AC-2] adds', status: 'passed' }] },
    ownTests: { before: { passed: true }, after: { passed: false } },
    problems: [
      { text: expect.stringContaining("the repository's own tests (node --test) passed before, and fail now") },
    ],
  })
  expect(calls).toMatchObject({ 'coder-agent add': 2, 'test-agent add': 1 })
  expect(run).toMatchObject({ done: true, rounds: [{}, { check: { ownTests: { after: { passed: true } } } }] })
  expect(Object.keys(newest!.snapshot.files)).toEqual([...Object.keys(before), 'src/add.js', 'test/add.test.js'].sort())
  expect(report).toContain('`node --test`: before passed, after passed.')
})
