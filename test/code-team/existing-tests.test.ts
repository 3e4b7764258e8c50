// Which files count as tests that were there, and who may change them.
import { withoutNewTests } from '../../src/code-team/check/own-tests'
import {
  changedTests,
  isExistingTest,
  isNamedAsTest,
  mayChange,
  refusedTests,
  refusedTestsIn,
} from '../../src/code-team/existing-tests'
import { memoryArtifacts, snapshotOf } from './support/artifacts'
import { files } from './support/program'

const artifacts = memoryArtifacts()

test('existing tests are known by their paths, in any language', () => {
  const tests = ['a.test.ts', 'src/a.spec.js', 'pkg/a_test.go', 'test_a.py', 'a/conftest.py', 'src/test/java/Add.java']
  const more = ['lib/AddTest.java', '__tests__/a.tsx', 'src/__snapshots__/a.snap', 'tests/data/a.json', 'Tests/a.cs']
  const beside = [
    'spec/a.rb',
    'specs/a.ts',
    'e2e/a.ts',
    'cypress/a.js',
    'src/fixtures/a.json',
    '__fixtures__/a',
    '__mocks__/fs.js',
  ]
  const rules = [
    'jest.config.js',
    'packages/a/vitest.config.ts',
    'pytest.ini',
    'conftest.py',
    '.mocharc.json',
    '.mocharc',
  ]
  expect([...tests, ...more, ...beside, ...rules].filter((path) => !isExistingTest(path))).toEqual([])
  const others = [
    'src/latest.js',
    'contest.py',
    'src/inspect/parser.ts',
    'src/jest.ts',
    'attest/a.go',
    'src/testing.ts',
    'protest.md',
    'src/a.ts',
  ]
  expect(others.filter(isExistingTest)).toEqual([])
  expect(isNamedAsTest('tests/helper.js')).toBe(false)
})

test('a test that was there is changed or removed only where the specification names it, or without one the user', async () => {
  const base = await snapshotOf(artifacts, { 'test/old.test.js': 'old', 'test/b.test.js': 'b', 'src/a.js': '' })
  const now = await snapshotOf(artifacts, { 'test/old.test.js': 'weaker', 'test/new.test.js': '', 'src/a.js': 'new' })
  const patch = { write: now.files, remove: ['test/b.test.js'] }
  expect(refusedTests(base, patch, {})).toEqual(['test/b.test.js', 'test/old.test.js'])
  expect(refusedTests(base, patch, { specification: { changedTests: ['test/b.test.js'] } })).toEqual([
    'test/old.test.js',
  ])
  expect(refusedTests(base, { write: base.files, remove: [] }, {})).toEqual([])
  const answer = files({ 'test/old.test.js': 'weaker', 'test/b.test.js': 'b', 'test/new.test.js': '' })
  expect(refusedTestsIn(base, answer, {})).toEqual(['test/old.test.js'])
  expect(refusedTestsIn(base, files({ 'src/a.js': '' }, ['test/b.test.js']), {})).toEqual(['test/b.test.js'])
  expect(changedTests(base, { files: { ...base.files, ...now.files } })).toEqual(['test/old.test.js'])

  const given = { mayChange: ['test/old.test.js'] }
  const paths = ['test/old.test.js', 'test/b.test.js', 'old.test.js']
  expect(paths.map((path) => mayChange(path, given))).toEqual([true, false, false])
  expect(mayChange('test/old.test.js', { ...given, specification: {} })).toBe(false)

  // It can be run now, and says the same
  const file = base.files['test/old.test.js']!
  const runnable = { 'test/old.test.js': { ...file, executable: true as const } }
  expect(refusedTests(base, { write: runnable, remove: [] }, {})).toEqual(['test/old.test.js'])
  expect(changedTests(base, { files: { ...base.files, ...runnable } })).toEqual(['test/old.test.js'])
})

test('what the team has added is not among the own tests', async () => {
  const base = await snapshotOf(artifacts, { 'test/old.test.js': '', 'src/a.js': '' })
  const added = await snapshotOf(artifacts, {
    'test/new.test.js': '',
    'src/b.js': '',
    'src/b.spec.ts': '',
    'src/spec/c.js': '',
  })
  const now = { files: { ...base.files, ...added.files } }
  expect(Object.keys(withoutNewTests(base, now, 'javascript').files)).toEqual([
    'test/old.test.js',
    'src/a.js',
    'src/b.js',
    'src/spec/c.js',
  ])
})
