// TEAM. run.json of a delivery: the same as the report, for programs.
import { whatFails, testCounts } from '../gate'
import type { CodeRun } from './code-run'
import { coverage } from './coverage'
import { openWork } from './open-work'

export const RUN_FORMAT = 'troupe-code-run'

/** Plain JSON. A later version only adds keys. */
export function runJson(run: CodeRun): Record<string, unknown> {
  const last = run.rounds.at(-1)
  const { specification } = run
  const criteria = specification && last ? coverage(specification, last.check.tests) : []
  return {
    format: RUN_FORMAT,
    version: 1,
    ...run,
    tests: last ? testCounts(last) : { passed: 0, failed: 0, skipped: 0 },
    fails: last && !run.done ? whatFails(last) : [],
    criteria: criteria.map(({ id, result, tests }) => ({
      id,
      result,
      tests: tests.map(({ file, name }) => ({ file, name })),
    })),
    notDone: openWork(run),
  }
}
