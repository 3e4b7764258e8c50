// TEAM. Which tests stand for which criterion: by the ids in their titles, and in nothing else.
import type { Specification, TestResult } from '../documents'
import { namedCriteria } from '../specification'

export interface CriterionCoverage {
  id: string
  text: string
  requirement: string
  tests: TestResult[]
  /** `untested` where no test names it, or all that do were skipped. */
  result: 'passed' | 'failed' | 'untested'
}

export function coverage(specification: Specification, tests: readonly TestResult[]): CriterionCoverage[] {
  return specification.requirements.flatMap(({ id: requirement, criteria }) =>
    criteria.map(({ id, text }) => {
      const named = tests.filter(({ name }) => namedCriteria(name).includes(id))
      return { id, text, requirement, tests: named, result: resultOf(named) }
    }),
  )
}

function resultOf(tests: readonly TestResult[]): CriterionCoverage['result'] {
  if (tests.some(({ status }) => status === 'failed')) return 'failed'
  return tests.some(({ status }) => status === 'passed') ? 'passed' : 'untested'
}
