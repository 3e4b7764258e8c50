// TEAM. Tests that a repository had before: known by their paths, in whatever language, and nobody's to change unless the
// specification names them. A test that is in the way is the easiest thing to weaken.
import { createHash } from 'node:crypto'
import type { Patch, Snapshot } from '../workspace/snapshot'
import { fileAt } from '../workspace/snapshots'
import type { FilesAnswer, Specification } from './documents'

/** Folders in which test runners look, and in which tests keep what they compare with. */
const FOLDERS = new Set(['test', 'tests', '__tests__', '__snapshots__', 'testdata'])
/** `a.test.ts`, `a.spec.js`, `a_test.go`, `test_a.py`, `conftest.py`, `AddTest.java`. */
const NAMES = [/(^|[._-])(tests?|spec)[._-]/i, /^conftest\.py$/, /[a-z0-9]Tests?\.(java|kt|cs|php|scala|swift)$/]

/** Whether a file of this path is named as tests, wherever it lies. */
export function isNamedAsTest(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return NAMES.some((pattern) => pattern.test(name))
}

/** Whether a file that is there already belongs to tests. */
export function isExistingTest(path: string): boolean {
  return (
    isNamedAsTest(path) ||
    path
      .split('/')
      .slice(0, -1)
      .some((folder) => FOLDERS.has(folder.toLowerCase()))
  )
}

/** Who may say that a test is to change: the specification, or where there is none the request itself. */
export interface SpecifiedChange {
  specification?: Pick<Specification, 'changedTests'>
  request?: string
}

/** Whether an existing test may be changed: it is named, as a whole path. */
export function mayChange(path: string, { specification, request = '' }: SpecifiedChange): boolean {
  if (specification) return specification.changedTests?.includes(path) === true
  const begin = request.indexOf(path)
  return begin >= 0 && [request[begin - 1], request[begin + path.length]].every((one) => !/[\w/]/.test(one ?? ' '))
}

/** Existing tests that a patch changes or removes, though nothing names them. */
export function refusedTests(base: Snapshot, patch: Patch, change: SpecifiedChange): string[] {
  const written = Object.entries(patch.write).filter(([path, { artifact }]) => {
    const before = fileAt(base, path)
    return before !== undefined && before.artifact !== artifact
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
  const paths = Object.entries(base.files).filter(([path, { artifact }]) => fileAt(now, path)?.artifact !== artifact)
  return paths.map(([path]) => path).filter(isExistingTest)
}

export function testRefusal(path: string): string {
  return `"${path}" is a test that was there before: it stays as it is, unless the specification names it`
}

/** An artifact's name is the SHA-256 of its bytes. */
function artifactOf(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}
