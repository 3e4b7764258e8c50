// TEAM. Tests that a repository had before: known by their paths, in whatever language, and nobody's to change unless the
// specification names them, or without one the user. A test that is in the way is the easiest thing to weaken.
import { createHash } from 'node:crypto'
import type { Patch, Snapshot } from '../workspace/snapshot'
import { fileAt } from '../workspace/snapshots'
import { isSameFile } from '../workspace/tree-changes'
import type { FilesAnswer, Specification } from './documents'

/** Folders in which test runners look, and in which tests keep what they compare with. */
const FOLDERS = new Set([
  ...['test', 'tests', '__tests__', 'spec', 'specs', 'e2e', 'cypress'],
  ...['__snapshots__', 'testdata', 'fixtures', '__fixtures__', '__mocks__'],
])
/** `a.test.ts`, `a.spec.js`, `a_test.go`, `test_a.py`, `conftest.py`, `AddTest.java`. */
const NAMES = [/(^|[._-])(tests?|spec)[._-]/i, /^conftest\.py$/, /[a-z0-9]Tests?\.(java|kt|cs|php|scala|swift)$/]

/** What tells a runner which tests there are. */
const CONFIGURATIONS = [/^(jest|vitest)\.config\./, /^pytest\.ini$/, /^\.mocharc/]

/** Whether a file of this path is named as tests, wherever it lies. */
export function isNamedAsTest(path: string): boolean {
  return NAMES.some((pattern) => pattern.test(nameOf(path)))
}

/** Whether a file that is there already belongs to tests, or rules them. */
export function isExistingTest(path: string): boolean {
  return (
    isNamedAsTest(path) ||
    CONFIGURATIONS.some((pattern) => pattern.test(nameOf(path))) ||
    path
      .split('/')
      .slice(0, -1)
      .some((folder) => FOLDERS.has(folder.toLowerCase()))
  )
}

/** Who may say that a test is to change: the specification, or where there is none the user, by an option of its own. */
export interface SpecifiedChange {
  specification?: Pick<Specification, 'changedTests'>
  mayChange?: readonly string[]
}

/** Whether an existing test may be changed: it is named, as a whole path. */
export function mayChange(path: string, { specification, mayChange: given }: SpecifiedChange): boolean {
  return (specification ? specification.changedTests : given)?.includes(path) === true
}

/** Existing tests that a patch changes or removes, though nothing names them. */
export function refusedTests(base: Snapshot, patch: Patch, change: SpecifiedChange): string[] {
  const written = Object.entries(patch.write).filter(([path, file]) => {
    const before = fileAt(base, path)
    return before !== undefined && !isSameFile(before, file)
  })
  const removed = patch.remove.filter((path) => fileAt(base, path) && !Object.hasOwn(patch.write, path))
  const paths = [...written.map(([path]) => path), ...removed]
  return paths.filter((path) => isExistingTest(path) && !mayChange(path, change)).sort()
}

/** The same of an answer whose files are not stored yet. */
export function refusedTestsIn(base: Snapshot, { files, remove }: FilesAnswer, change: SpecifiedChange): string[] {
  const write = files.map(({ path, content }) => [path, { artifact: artifactOf(content), bytes: 0 }] as const)
  return refusedTests(base, { write: Object.fromEntries(write), remove }, change)
}

/** All that are not what they were. */
export function changedTests(base: Snapshot, now: Snapshot): string[] {
  const paths = Object.entries(base.files).filter(([path, file]) => !isSameFile(fileAt(now, path), file))
  return paths.map(([path]) => path).filter(isExistingTest)
}

export function testRefusal(path: string): string {
  return `"${path}" is a test that was there before: it stays as it is, unless the specification names it, or --may-change`
}

/** What a coder is told that has no specification. */
export function toldMayChange(paths: readonly string[] = []): string | undefined {
  if (paths.length === 0) return undefined
  return `Of the tests that were there before, these may change: ${paths.map((path) => JSON.stringify(path)).join(', ')}`
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** An artifact's name is the SHA-256 of its bytes. */
function artifactOf(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}
