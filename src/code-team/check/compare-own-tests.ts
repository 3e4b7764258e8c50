// TEAM. A repository's own tests before a change and after it, pure: what fails now and did not, what failed before as well,
// and whether some of them are gone.
import { firstOf } from '../../contract/json'
import type { CheckProblem, OwnTests } from '../documents'
import { endOf } from './output'

/** Names that a problem tells; the report has all. */
const NAMED = 10
/** Characters of the end of the output, where what failed cannot be named. */
const OUTPUT_LENGTH = 2_000

/** Failures of tests that passed before, or were not there. One name may stand for several tests: they are counted. */
export function newFailures(before: OwnTests, after: OwnTests): string[] {
  return without(after.failing, before.failing)
}

/** Tests that failed before the change, and fail after it. */
export function oldFailures(before: OwnTests, after: OwnTests): string[] {
  return without(after.failing, newFailures(before, after))
}

/** Whether they fail as they did, and nobody can tell whether it is for the same reason. */
export function isUndecided(before: OwnTests, after: OwnTests): boolean {
  return !before.passed && !after.passed && before.failing.length + after.failing.length === 0
}

export function ownTestProblems(before: OwnTests, after: OwnTests): CheckProblem[] {
  return [...failureProblems(before, after), ...countProblems(before, after)]
}

function failureProblems(before: OwnTests, after: OwnTests): CheckProblem[] {
  if (after.passed) return []
  const failed = newFailures(before, after)
  const command = `the repository's own tests (${after.command})`
  if (failed.length > 0) {
    const named = firstOf(failed, NAMED, (name) => `"${name}"`)
    return [{ text: `${command} fail where they did not before: ${named}\n${endOf(after.output, OUTPUT_LENGTH)}` }]
  }
  // All that fails failed before; but where nothing is named any more, they did not get as far
  const further = before.failing.length > 0 && after.failing.length === 0
  const ended = after.exceeded !== undefined && before.exceeded === undefined
  if (!before.passed && !further && !ended) return []
  const was = before.passed ? 'passed before, and fail now' : 'came to their end before, and do not now'
  return [{ text: `${command} ${was}:\n${endOf(after.output, OUTPUT_LENGTH)}` }]
}

function countProblems(before: OwnTests, after: OwnTests): CheckProblem[] {
  const now = after.ran ?? 0
  if (before.ran === undefined || now >= before.ran) return []
  const text = `fewer tests than before: of the repository's own (${after.command}) ${before.ran} ran, and ${now} do now`
  return [{ text }]
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const name of others) left.set(name, (left.get(name) ?? 0) + 1)
  return names.filter((name) => {
    const count = left.get(name) ?? 0
    left.set(name, count - 1)
    return count <= 0
  })
}
