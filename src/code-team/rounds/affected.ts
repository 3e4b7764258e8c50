// TEAM. Who goes again, and with what: the rule by which a failed round becomes the work of the next one.
//
// - A failing test goes to the coder of its module; if it failed in the round before as well, also to the test-agent, since
//   a test may be wrong. A test file that did not run to its end goes to both at once.
// - A problem goes to whom it names: no test ran, or a patch was refused.
// - A blocking finding goes to the owner of its file; advice goes along with those who go anyway.
// - What lies in no module (a test or a file that nobody owns, an exit code, the repository's own tests) goes to all coders.
import { isOwned } from '../../workspace/paths'
import type { Architecture, Check, Finding, Review, Role, TestResult } from '../documents'

/** What an agent is told of the round before, besides its own files. */
export interface Feedback {
  failures: { file: string; name: string; message: string }[]
  problems: string[]
  findings: Finding[]
}

export interface Assigned extends Feedback {
  module: string
  role: Role
}

export interface Judged {
  check: Check
  review?: Review
}

/** In the order of modules, code before tests. Empty only if there is nothing to mend. */
export function affected(architecture: Architecture, now: Judged, before?: Judged): Assigned[] {
  const work = new Work(architecture)
  for (const test of now.check.tests.filter(({ status }) => status === 'failed')) {
    const again = before?.check.tests.some((one) => isSame(one, test) && one.status === 'failed') === true
    const failure = { file: test.file, name: test.name, message: test.message ?? '' }
    const both = again || test.crashed === true
    for (const to of work.to(test.module, both ? ['code', 'tests'] : ['code'])) to.failures.push(failure)
  }
  for (const { module, role, text } of now.check.problems) {
    for (const to of work.to(module, [role ?? 'code'])) to.problems.push(text)
  }
  for (const finding of blockingFindings(now.review)) {
    const owner = ownerOf(architecture, finding.file)
    for (const to of work.to(owner?.module, [owner?.role ?? 'code'])) to.findings.push(finding)
  }
  const advice = now.review?.findings.filter(({ severity }) => severity === 'advice') ?? []
  for (const finding of advice) {
    const owner = ownerOf(architecture, finding.file)
    work
      .going()
      .find((one) => one.module === owner?.module && one.role === owner.role)
      ?.findings.push(finding)
  }
  return work.going()
}

export function blockingFindings(review: Review | undefined): Finding[] {
  return review?.findings.filter(({ severity }) => severity === 'blocking') ?? []
}

/** Tests rule: what fails is never approved, whatever the reviewer says. */
export function isApproved({ check, review }: Judged): boolean {
  return check.passed && (review === undefined || (review.verdict === 'approve' && !blockingFindings(review).length))
}

/** Whose a path is; undefined for nobody's. */
export function ownerOf({ modules }: Architecture, path: string): { module: string; role: Role } | undefined {
  for (const { name, paths, testPaths } of modules) {
    if (isOwned(path, paths)) return { module: name, role: 'code' }
    if (isOwned(path, testPaths)) return { module: name, role: 'tests' }
  }
  return undefined
}

function isSame(a: TestResult, b: TestResult): boolean {
  return a.file === b.file && a.name === b.name
}

/** Everybody who could go, and what has come together for each. */
class Work {
  private readonly all: Assigned[]

  constructor({ modules }: Architecture) {
    const roles: Role[] = ['code', 'tests']
    this.all = modules.flatMap(({ name }) =>
      roles.map((role) => ({ module: name, role, failures: [], problems: [], findings: [] })),
    )
  }

  /** Those of a module in these roles; without one, all coders. */
  to(module: string | undefined, roles: readonly Role[]): Assigned[] {
    if (module === undefined || !this.all.some((one) => one.module === module)) {
      return this.all.filter(({ role }) => role === 'code')
    }
    return this.all.filter((one) => one.module === module && roles.includes(one.role))
  }

  going(): Assigned[] {
    return this.all.filter(
      ({ failures, problems, findings }) => failures.length + problems.length + findings.length > 0,
    )
  }
}
