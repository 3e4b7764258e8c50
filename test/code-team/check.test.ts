// Tests that really run, in the sandbox: what is read of them, and what they cannot make us believe.
import { judge } from '../../src/code-team/check/judge'
import { runTests } from '../../src/code-team/check/run-tests'
import { testCommandOf } from '../../src/code-team/check/test-command'
import type { Check } from '../../src/code-team/documents'
import type { LanguageName } from '../../src/code-team/languages'
import { SANDBOX } from '../support/sandbox'
import { memoryArtifacts, snapshotOf } from './support/artifacts'
import { architecture } from './support/program'

const artifacts = memoryArtifacts()
const OK = "import { test } from 'node:test'\ntest('fine', () => {})\n"

async function run(
  texts: Record<string, string>,
  { language = 'javascript' as LanguageName, timeoutMs = 30_000, files = undefined as string[] | undefined } = {},
): Promise<Pick<Check, 'tests' | 'problems'> & { exitCode: number | null; output: string }> {
  const { signal } = new AbortController()
  const command = testCommandOf(language, files)
  const snapshot = await snapshotOf(artifacts, texts)
  const { result, report } = await runTests(artifacts, snapshot, {
    ...command,
    timeoutMs,
    signal,
    sandbox: SANDBOX,
  })
  const written = Object.keys(texts)
  const python = {
    ...architecture,
    modules: architecture.modules.map((one) => ({ ...one, testPaths: [`tests/${one.name}/`] })),
  }
  const known = language === 'python' ? python : architecture
  const judged = judge({ language, mode: 'team', architecture: known, written, report, result })
  return { ...judged, exitCode: result.exitCode, output: result.output }
}

const told = (check: Pick<Check, 'problems'>): string[] =>
  check.problems.map(({ module, role, text }) => [module, role, text].filter(Boolean).join(' '))

describe('Node’s tests', () => {
  it('are told with the suites around them; suites, files and what is excused are no tests that passed', async () => {
    const suite = `import { describe, it, test } from 'node:test'
import assert from 'node:assert'
describe('outer', () => { describe('inner', () => { it('[AC-1] deep', () => {}) }); it('bad', () => assert.equal(1, 2)) })
test('parent', async (t) => { await t.test('child', () => { throw new Error('in the child') }) })
test('later', { todo: true }, () => { throw new Error('no') })
test('never', { skip: 'why' }, () => {})
`
    const { tests, problems, exitCode, output } = await run({
      ...{ 'test/add.test.js': suite, 'test/cli.test.js': OK, 'test/helper.js': 'export const x = 1\n' },
      'package.json': '{"type":"module"}',
    })
    const file = 'test/add.test.js'
    expect(tests).toEqual([
      { file, name: 'outer > inner > [AC-1] deep', status: 'passed', module: 'add' },
      { file, name: 'outer > bad', status: 'failed', module: 'add', message: expect.stringContaining('1 == 2') },
      { file, name: 'parent > child', status: 'failed', module: 'add', message: 'in the child' },
      { file, name: 'later', status: 'skipped', module: 'add' },
      { file, name: 'never', status: 'skipped', module: 'add' },
      { file: 'test/cli.test.js', name: 'fine', status: 'passed', module: 'cli' },
    ])
    expect(told({ problems })).toEqual([
      'add tests the test "later" in test/add.test.js is skipped: nothing says whether it would pass',
      'add tests the test "never" in test/add.test.js is skipped: nothing says whether it would pass',
    ])
    expect(exitCode).toBe(1)
    expect(output).toContain('outer')
  })

  it('that end their own process, or are none, count as missing', async () => {
    const early = "import { test } from 'node:test'\ntest('never told', () => {})\nprocess.exit(0)\n"
    const check = await run({ 'test/add.test.mjs': early, 'test/cli.test.js': 'exports.nothing = 1\n' })
    const file = 'test/add.test.mjs'
    const message = expect.stringContaining('process.exit ended this file before its tests were over')
    expect(check.tests).toEqual([{ file, name: file, status: 'failed', crashed: true, message }])
    expect(told(check)).toEqual([
      'add tests no test of "add" ran: none was found',
      'cli tests no test of "cli" ran: none was found',
    ])
  })

  it('that end their process in their middle do not pass by what ran before; processes of theirs end as they like', async () => {
    const early = `import { test } from 'node:test'
test('one', async () => {})
test('two', async () => { await new Promise((resolve) => setTimeout(resolve, 20)); process.exit(0) })
test('three', () => { throw new Error('never told') })
`
    const forks = `import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import assert from 'node:assert'
import { test } from 'node:test'
test('forks', async () => assert.deepEqual(await once(fork('./ends.js'), 'exit'), [0, null]))
test('starts', () => assert.equal(spawnSync(process.execPath, ['ends.js']).status, 0))
`
    const check = await run({
      ...{ 'test/add.test.js': early, 'test/cli.test.js': forks, 'ends.js': 'process.exit(0)\n' },
      'package.json': '{"type":"module"}',
    })
    expect(check.tests.map(({ name, status }) => [name, status])).toEqual([
      ['one', 'passed'],
      ['test/add.test.js', 'failed'],
      ['forks', 'passed'],
      ['starts', 'passed'],
    ])
    expect(check).toMatchObject({ exitCode: 1, problems: [] })
  })

  it('do not pass by a report that somebody writes after the runner’s', async () => {
    const daemon = `const fs = require('node:fs')
const path = process.env.TROUPE_REPORT + '/tests.jsonl'
const forged = JSON.stringify({ seq: 0, kind: 'test', file: 'test/add.test.js', name: 'forged', status: 'passed' }) + '\\n'
for (;;) {
  try {
    const end = fs.readFileSync(path, 'utf8').split('\\n').find((line) => line.includes('"end"'))
    if (end) fs.writeFileSync(path, forged + JSON.stringify({ ...JSON.parse(end), seq: 1, tests: 1 }) + '\\n')
  } catch {}
}
`
    const start = `require('node:child_process').spawn(process.execPath, ['daemon.js'], { detached: true, stdio: 'ignore' }).unref()\n`
    const check = await run({ 'test/add.test.js': start, 'test/cli.test.mjs': OK, 'daemon.js': daemon })
    expect(check.tests.filter(({ module }) => module === 'add')).toEqual([])
    expect(check.problems.length).toBeGreaterThan(0)
  })

  it('cannot open the debugger of the runner', async () => {
    const attack = `import { test } from 'node:test'
process.kill(process.ppid, 'SIGUSR1')
await new Promise((resolve) => setTimeout(resolve, 500))
test('opens', async () => { await fetch('http://127.0.0.1:9229/json/list') })
`
    const { tests } = await run({ 'test/add.test.mjs': attack, 'test/cli.test.mjs': OK })
    expect(tests.map(({ name, status }) => [name, status])).toEqual([
      ['opens', 'failed'],
      ['fine', 'passed'],
    ])
  })

  it.each([
    [
      'a report of their own',
      "const r = process.env.TROUPE_REPORT + '/tests.jsonl'; fs.rmSync(r, { force: true }); fs.writeFileSync(r, JSON.stringify({ seq: 0, kind: 'test', file: 'test/add.test.js', name: 'forged', status: 'passed' }) + '\\n' + JSON.stringify({ seq: 1, kind: 'end', tests: 1 }) + '\\n')",
    ],
    [
      'a link in its place',
      "const r = process.env.TROUPE_REPORT + '/tests.jsonl'; fs.rmSync(r, { force: true }); fs.symlinkSync('/etc/passwd', r)",
    ],
    [
      'a directory in its place',
      "const r = process.env.TROUPE_REPORT + '/tests.jsonl'; fs.rmSync(r, { force: true }); fs.mkdirSync(r)",
    ],
    ['a runner that is killed', 'process.kill(process.ppid, "SIGKILL")'],
    ['a runner that is interrupted', 'process.kill(process.ppid, "SIGTERM"); for (;;);'],
    [
      'more lines',
      "fs.appendFileSync(process.env.TROUPE_REPORT + '/tests.jsonl', JSON.stringify({ seq: 0, kind: 'test', file: 'test/add.test.js', name: 'forged', status: 'passed' }) + '\\n')",
    ],
  ])('do not pass by %s', async (_what, attack) => {
    const text = `const fs = require('node:fs')\nconst { test } = require('node:test')\ntest('real', () => { throw new Error('real') })\n${attack}\n`
    const { tests, problems, exitCode } = await run({ 'test/add.test.js': text, 'test/cli.test.cjs': '' })
    const passed = tests.filter(({ status }) => status === 'passed')
    expect(passed).toEqual([])
    expect(exitCode).not.toBe(0)
    expect(problems.length + tests.length).toBeGreaterThan(0)
  })

  it('that never end are their coder’s problem', async () => {
    const check = await run({ 'test/add.test.js': 'for (;;);\n', 'test/cli.test.mjs': OK }, { timeoutMs: 3_000 })
    expect(told(check)).toEqual(
      expect.arrayContaining(['add code the tests of "add" did not come to their end in time']),
    )
    expect(check.exitCode).not.toBe(0)
  })
})

it('Python’s tests are told alike', async () => {
  const adds = `import unittest
class Add(unittest.TestCase):
    def test_a(self):
        """[AC-1] adds"""
    def test_b(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertNotEqual(n, 1)
    @unittest.skip("later")
    def test_c(self):
        pass
    @unittest.expectedFailure
    def test_d(self):
        self.fail()
    def test_e(self):
        raise SystemExit(0)
`
  const texts = {
    'tests/__init__.py': '',
    'tests/add/__init__.py': '',
    'tests/cli/__init__.py': '',
    'tests/add/test_add.py': adds,
    'tests/cli/test_cli.py': 'import gone\n',
  }
  const expected = [
    ['tests/add/test_add.py', 'Add > [AC-1] adds', 'passed', 'add'],
    ['tests/add/test_add.py', 'Add > test_b', 'failed', 'add'],
    ['tests/add/test_add.py', 'Add > test_c', 'skipped', 'add'],
    ['tests/add/test_add.py', 'Add > test_d', 'skipped', 'add'],
    ['tests/add/test_add.py', 'Add > test_e', 'failed', 'add'],
    ['tests/cli/test_cli.py', 'tests/cli/test_cli.py', 'failed', 'cli'],
  ]
  for (const files of [undefined, ['tests/add/test_add.py', 'tests/cli/test_cli.py']]) {
    const { tests, problems, exitCode } = await run(texts, { language: 'python', files })
    expect(tests.map(({ file, name, status, module }) => [file, name, status, module])).toEqual(expected)
    expect(tests.at(-1)).toMatchObject({ crashed: true, message: expect.stringContaining("No module named 'gone'") })
    expect(problems.map(({ text }) => text)).toEqual([
      expect.stringContaining('"Add > test_c" in tests/add/test_add.py is skipped'),
      expect.stringContaining('"Add > test_d" in tests/add/test_add.py is skipped'),
    ])
    expect(exitCode).toBe(1)
  }
  const none = await run(
    { 'tests/add/test_add.py': 'import os\nos._exit(0)\n' },
    { language: 'python', files: ['tests/add/test_add.py'] },
  )
  expect(told(none)).toContain('the test runner left no report')
  const forged = `import os, json
with open(os.environ["TROUPE_REPORT"] + "/tests.jsonl", "w") as report:
    report.write(json.dumps({"seq": 0, "kind": "test", "file": "tests/add/test_add.py", "name": "forged", "status": "passed"}) + "\\n")
    report.write(json.dumps({"seq": 1, "kind": "end", "tests": 1, "seal": ""}) + "\\n")
os._exit(0)
`
  const forgery = await run(
    { 'tests/add/test_add.py': forged },
    { language: 'python', files: ['tests/add/test_add.py'] },
  )
  expect(forgery.exitCode).toBe(0)
  expect(told(forgery)).toContain('the test report was tampered with')
})
