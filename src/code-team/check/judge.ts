// TEAM. What a run of the tests says, pure: which tests ran, and everything that stands against the program. No test that ran
// is a failure, and an exit code or a report that contradicts the other is one too.
import { isOwned } from '../../workspace/paths'
import type { SandboxResult } from '../../workspace/sandbox-options'
import type { Architecture, Check, CheckProblem, Module, Role, TestResult } from '../documents'
import { LANGUAGES, type LanguageName } from '../languages'
import type { Mode } from '../rounds/state'
import type { ParsedReport } from './parse-report'

export interface TestRun {
  language: LanguageName
  mode: Mode
  architecture: Architecture
  /** Paths that the contributions wrote. */
  written: readonly string[]
  report: ParsedReport
  result: Pick<SandboxResult, 'exitCode' | 'signal' | 'exceeded' | 'durationMs'>
}

/** What `exceeded` means, for people. */
const LIMITS: Record<NonNullable<SandboxResult['exceeded']>, string> = {
  time: 'did not come to their end in time',
  memory: 'took too much memory',
  processes: 'started too many processes',
  output: 'printed without end',
  disk: 'wrote too much to disk',
}

export function judge(run: TestRun): Pick<Check, 'tests' | 'problems'> {
  const { report } = run
  const { modules } = run.architecture
  const tests = report.tests.map((test): TestResult => {
    const module = moduleOf(run, test.file)
    return module === undefined ? test : { ...test, module: module.name }
  })
  const problems = run.result.exceeded
    ? exceededProblems(run, tests, LIMITS[run.result.exceeded])
    : [
        ...(report.problem === undefined ? [] : [{ text: report.problem }]),
        ...modules.flatMap((module) => silentModule(run, module, tests)),
        ...silentFiles(run, tests),
        ...skippedTests(run, tests),
        ...contradiction(run, tests),
      ]
  return { tests, problems }
}

/** In single mode everything that it wrote is the one module's. */
function moduleOf({ architecture, mode, written }: TestRun, file: string): Module | undefined {
  const { modules } = architecture
  if (mode === 'single') return written.includes(file) ? modules[0] : undefined
  return modules.find(({ testPaths }) => isOwned(file, testPaths))
}

/** An endless loop sits where nothing was reported. */
function exceededProblems({ architecture }: TestRun, tests: readonly TestResult[], text: string): CheckProblem[] {
  const silent = architecture.modules.filter(({ name }) => !tests.some(({ module }) => module === name))
  if (silent.length === 0) return [{ text: `the tests ${text}` }]
  return silent.map(({ name }) => ({ module: name, role: 'code', text: `the tests of "${name}" ${text}` }))
}

function silentModule({ mode }: TestRun, { name }: Module, tests: readonly TestResult[]): CheckProblem[] {
  const own = tests.filter(({ module }) => module === name)
  if (own.some(({ status }) => status !== 'skipped')) return []
  const why = own.length > 0 ? 'all of them are skipped' : 'none was found'
  return [{ module: name, role: roleOfTests(mode), text: `no test of "${name}" ran: ${why}` }]
}

/** A file that is named as tests and reports none. */
function silentFiles(run: TestRun, tests: readonly TestResult[]): CheckProblem[] {
  return run.written
    .filter((path) => LANGUAGES[run.language].isNamedAsTests(path) && !tests.some(({ file }) => file === path))
    .flatMap((path) => {
      const module = moduleOf(run, path)
      // The whole module is told already where it is its only file
      if (!module || !tests.some((test) => test.module === module.name)) return []
      return [{ module: module.name, role: roleOfTests(run.mode), text: `no test ran in ${path}` }]
    })
}

/** What is skipped says nothing, and would be the easiest way to be rid of a test that fails. */
function skippedTests({ mode }: TestRun, tests: readonly TestResult[]): CheckProblem[] {
  return tests.flatMap(({ file, name, module, status }) => {
    // Where all of a module's are, that is told already
    const others = tests.some((test) => test.module === module && test.status !== 'skipped')
    if (status !== 'skipped' || module === undefined || !others) return []
    const text = `the test "${name}" in ${file} is skipped: nothing says whether it would pass`
    return [{ module, role: roleOfTests(mode), text }]
  })
}

function contradiction({ result }: TestRun, tests: readonly TestResult[]): CheckProblem[] {
  const failed = tests.some(({ status }) => status === 'failed')
  if (result.exitCode === 0) return failed ? [{ text: 'tests failed, and yet the test command ended with 0' }] : []
  const ended = result.exitCode === null ? `the signal ${result.signal}` : `the exit code ${result.exitCode}`
  return failed ? [] : [{ text: `no test failed, and yet the test command ended with ${ended}` }]
}

function roleOfTests(mode: Mode): Role {
  return mode === 'single' ? 'code' : 'tests'
}
