// The tests that a repository had before: how they are found, what their runners say, and what is a regression.
import { isUndecided, newFailures, oldFailures, ownTestProblems } from '../../src/code-team/check/compare-own-tests'
import { ownTestCommand } from '../../src/code-team/check/find-tests'
import { RunnerOutput } from '../../src/code-team/check/runner-output'
import type { OwnTests } from '../../src/code-team/documents'
import type { LanguageName } from '../../src/code-team/languages'
import { ownTestsSection } from '../../src/code-team/report/own-tests-section'
import { memoryArtifacts, snapshotOf } from './support/artifacts'

const artifacts = memoryArtifacts()
const script = (test: string): string => JSON.stringify({ scripts: { test } })

test.each<[string, Record<string, string>, LanguageName, string | undefined]>([
  ['a script of npm', { 'package.json': script('mocha --exit') }, 'javascript', 'mocha --exit'],
  [
    'what npm init writes',
    { 'package.json': script('echo "Error: no test specified" && exit 1') },
    'javascript',
    undefined,
  ],
  ['a damaged manifest', { 'package.json': '{' }, 'javascript', undefined],
  ['nothing', {}, 'javascript', undefined],
  ['an empty script', { 'package.json': script(''), 'test/helper.js': '' }, 'javascript', undefined],
  ['files alone', { 'test/a.test.js': '' }, 'javascript', 'node --test'],
  ['files of Python alone', { 'tests/test_a.py': '' }, 'python', 'python3 -m unittest'],
  [
    'pytest in pyproject.toml',
    { 'pyproject.toml': '[tool.pytest.ini_options]\n', 'a/test_a.py': '' },
    'python',
    'python3 -m pytest',
  ],
  [
    'pytest as a dependency',
    { 'pyproject.toml': '[project.optional-dependencies]\ndev = [\n  "pytest>=8",\n]\n', 'test_a.py': '' },
    'python',
    'python3 -m pytest',
  ],
  [
    'pyproject.toml without it',
    { 'pyproject.toml': '[project]\nname = "a"\n', 'tests/test_a.py': '' },
    'python',
    'python3 -m unittest',
  ],
  ['pyproject.toml without tests', { 'pyproject.toml': '[tool.pytest.ini_options]\n' }, 'python', undefined],
  ['setup.cfg', { 'setup.cfg': '[tool:pytest]\n', 'tests/a_test.py': '' }, 'javascript', 'python3 -m pytest'],
  ['both, for JavaScript', { 'package.json': script('jest'), 'pytest.ini': '', 'test_a.py': '' }, 'javascript', 'jest'],
  [
    'both, for Python',
    { 'package.json': script('jest'), 'pytest.ini': '', 'test_a.py': '' },
    'python',
    'python3 -m pytest',
  ],
  ['go.mod', { 'go.mod': 'module a\n', 'a_test.go': '' }, 'javascript', 'go test -v ./...'],
  ['go.mod without tests', { 'go.mod': 'module a\n', 'a.go': '' }, 'javascript', undefined],
  ['Cargo.toml', { 'Cargo.toml': '', 'src/lib.rs': '' }, 'python', 'cargo test --offline'],
  ['a Makefile', { Makefile: 'all:\n\techo\ntest: all\n\t./run\n' }, 'python', 'make test'],
  ['a Makefile without tests', { Makefile: 'TEST := a\ntest := b\ntested:\n' }, 'javascript', undefined],
])('finds how tests are run: %s', async (_what, texts, language, command) => {
  expect(await ownTestCommand(artifacts, await snapshotOf(artifacts, texts), language)).toBe(command)
})

const NODE_TAP = `TAP version 13
    # Subtest: bad
    not ok 1 - bad
      ---
      duration_ms: 1.468683
      ...
    ok 2 - good
not ok 1 - outer
ok 2 - skipped # SKIP
not ok 3 - todo # TODO
not ok 4 - /workspace/test/b.test.js
# tests 5
# pass 1
# fail 2
# cancelled 0
# skipped 1
`
const NODE_SPEC = `▶ outer
  ✖ bad (1.467893ms)
    AssertionError [ERR_ASSERTION]: 1 == 2
  ✔ good (0.117795ms)
✖ outer (2.524614ms)
✖ todo (0.133048ms) # TODO
ℹ tests 4
ℹ pass 1
ℹ fail 1

✖ failing tests:

✖ bad (1.467893ms)
`
const JEST = `FAIL test/a.test.js (5.3 s)
  ● outer › bad

    expect(received).toBe(expected)
FAIL test/b.test.js
  ● Test suite failed to run

Test Suites: 2 failed, 2 total
Tests:       1 failed, 1 skipped, 1 passed, 3 total
Summary of all failing tests
FAIL test/a.test.js
  ● outer › bad
`
const GO = `=== RUN   TestA
    a_test.go:3: no
--- FAIL: TestA (0.00s)
--- PASS: TestB (0.00s)
    --- PASS: TestB/sub (0.00s)
--- SKIP: TestC (0.00s)
FAIL
FAIL\tx\t0.003s
`
const UNITTEST = `FAIL: test_a (test_a.A.test_a)
ERROR: test_z (unittest.loader._FailedTest.test_z)
Ran 4 tests in 0.000s

FAILED (failures=1, errors=1, skipped=1)
`

test.each<[string, string, string[], number | undefined]>([
  ['Node, as TAP', NODE_TAP, ['bad', 'outer', 'test/b.test.js'], 3],
  ['Node, for people', NODE_SPEC, ['bad', 'outer'], 2],
  ['Jest', JEST, ['test/a.test.js', 'outer › bad', 'test/b.test.js'], 2],
  [
    'Vitest',
    ' FAIL  a.test.ts > outer > bad\n × outer > bad 3ms\n      Tests  1 failed | 5 passed | 1 skipped (7)\n',
    ['a.test.ts > outer > bad', 'outer > bad'],
    6,
  ],
  ['Mocha', '    1) is bad\n\n  5 passing (10ms)\n  1 pending\n  1 failing\n', ['is bad'], 6],
  ['unittest', UNITTEST, ['test_a (test_a.A.test_a)', 'test_z (unittest.loader._FailedTest.test_z)'], 3],
  [
    'pytest',
    'FAILED test_a.py::A::test_a - assert 1 == 2\nERROR test_b.py\n== 1 failed, 2 passed, 1 skipped, 1 error in 0.02s ==\n',
    ['test_a.py::A::test_a', 'test_b.py'],
    4,
  ],
  ['Go', GO, ['TestA', 'x'], 3],
  [
    'Cargo',
    'test tests::a ... FAILED\ntest tests::b ... ok\ntest result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured\ntest result: ok. 3 passed; 0 failed; 0 ignored\n',
    ['tests::a'],
    5,
  ],
  ['nothing that is known', 'All is well: 5 things are fine, 1 failed attempt.\n', [], undefined],
])('reads what %s says, in whatever pieces it comes', (_what, text, failing, ran) => {
  for (const size of [1, 7, text.length]) {
    const told = new RunnerOutput(['/workspace'])
    const bytes = Buffer.from(text)
    for (let begin = 0; begin < bytes.length; begin += size) told.write(bytes.subarray(begin, begin + size))
    told.end()
    expect([told.failing, told.ran]).toEqual([failing, ran])
  }
})

test.each(['Tests: ', 'FAIL: x (', '- not ok 1 - ', '=1 a, ', 'test result: ', 'FAILED ('])(
  'a line is read in time, whatever it is filled with (%s)',
  (begin) => {
    const began = performance.now()
    for (const filling of [
      '1',
      ' ',
      '\t',
      '1 passed ',
      '1 a, ',
      ' - ',
      '(',
      '1 passed; ',
      `${' '.repeat(1_990)}${'1'.repeat(1_990)}`,
    ]) {
      for (const end of ['', 'x', '1 passed']) {
        const told = new RunnerOutput(['/workspace'])
        told.write(Buffer.from(`${begin}${filling.repeat(3_990 / filling.length)}${end}\n`))
        told.end()
      }
    }
    expect(performance.now() - began).toBeLessThan(2_000)
  },
)

function own(failing: string[], more: Partial<OwnTests> = {}): OwnTests {
  const passed = failing.length === 0
  return { command: 'make test', passed, exitCode: passed ? 0 : 1, failing, ran: 5, output: 'the output', ...more }
}
const unknown: Partial<OwnTests> = { passed: false, exitCode: 2, ran: undefined }
const textsOf = (before: OwnTests, after: OwnTests): string[] => ownTestProblems(before, after).map(({ text }) => text)

test('what fails now and did not is a problem; what failed before is none, and is told', () => {
  expect(textsOf(own([]), own([]))).toEqual([])
  expect(textsOf(own([]), own(['a']))).toEqual([
    expect.stringContaining('fail where they did not before: "a"\nthe output'),
  ])
  expect(textsOf(own(['a', 'b']), own(['b']))).toEqual([])
  expect(textsOf(own(['a']), own([]))).toEqual([])
  expect(textsOf(own(['a']), own(['a', 'b']))).toEqual([expect.stringMatching(/before: "b"\n/)])
  // Two of one name, of which one failed before
  expect([newFailures, oldFailures].map((ask) => ask(own(['a']), own(['a', 'a'])))).toEqual([['a'], ['a']])
  expect(textsOf(own([]), own([], { passed: false, exitCode: 1 }))).toEqual([
    expect.stringContaining('passed before, and fail now:\nthe output'),
  ])
  expect(ownTestsSection(own(['a | b']), { before: own(['a | b']), after: own(['a | b', 'c']), changed: [] })).toBe(
    [
      '`make test`: before failed (5 ran, 1 named as failed), after failed (5 ran, 2 named as failed).',
      'Failed before, and fail still:\n\n- a \\| b',
      '**Fail now, and did not before:**\n\n- c',
      '```text\nthe output\n```',
    ].join('\n\n'),
  )
})

test('fewer tests than before are a problem, however they became fewer; so is an end that was not reached', () => {
  const fewer = expect.stringContaining("fewer tests than before: of the repository's own (make test) 5 ran, and")
  expect(textsOf(own([]), own([], { ran: 4 }))).toEqual([fewer])
  expect(textsOf(own([]), own([], { ran: undefined }))).toEqual([fewer])
  expect(textsOf(own(['a']), own(['a'], { ran: 0 }))).toEqual([fewer])
  expect(textsOf(own([]), own([], { ran: 6 }))).toEqual([])
  expect(textsOf(own(['a']), own([], unknown))).toEqual([expect.stringContaining('do not now'), fewer])
  expect(textsOf(own(['a'], { ran: undefined }), own(['a'], { exceeded: 'time' }))).toEqual([
    expect.stringContaining('came to their end before, and do not now'),
  ])
  // Nobody knows which: told, and held against nobody
  expect([textsOf(own([], unknown), own([], unknown)), isUndecided(own([], unknown), own([], unknown))]).toEqual([
    [],
    true,
  ])
})
