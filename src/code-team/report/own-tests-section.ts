// TEAM. The report's part on the tests that a repository had before: how they ended before and after, what fails now and did
// not, and what failed already.
import { newFailures, oldFailures } from '../check/compare-own-tests'
import type { Check, OwnTests } from '../documents'
import { code, fenced, list, plain } from './markdown'

/** Tests that are named of each kind. */
const NAMED = 50

export function ownTestsSection(before: OwnTests, checked: Check['ownTests']): string {
  const { after, changed = [] } = checked ?? {}
  const result = `${code(before.command)}: before ${told(before)}, after ${told(after)}.${
    changed.length === 0 ? '' : ` Changed or removed, as the specification allows: ${changed.map(code).join(', ')}.`
  }`
  const missing = named('Not there when they ran:', (after ?? before).missing ?? [])
  if (!after) return [result, ...missing, ...named('Failed before:', before.failing), ...outputOf(before)].join('\n\n')
  return [
    result,
    ...missing,
    ...named('Failed before, and fail still:', oldFailures(before, after)),
    ...named('**Fail now, and did not before:**', newFailures(before, after)),
    ...outputOf(after),
  ].join('\n\n')
}

function told(tests: OwnTests | undefined): string {
  if (!tests) return 'not run'
  const { passed, failing, ran } = tests
  const count =
    ran === undefined ? '' : ` (${ran} ran${failing.length > 0 ? `, ${failing.length} named as failed` : ''})`
  return `${passed ? 'passed' : 'failed'}${count}`
}

function named(title: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const more = names.length - NAMED
  return [`${title}\n\n${list([...names.slice(0, NAMED).map(plain), ...(more > 0 ? [`and ${more} more`] : [])])}`]
}

function outputOf({ passed, output }: OwnTests): string[] {
  return passed ? [] : [fenced(output)]
}
