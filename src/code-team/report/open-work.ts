// TEAM. What is not done, a line each, truthfully: also of a run that its tests let pass.
import { isUndecided, oldFailures } from '../check/compare-own-tests'
import { whatFails } from '../gate'
import type { CodeRun } from './code-run'
import { coverage } from './coverage'

export function openWork(run: CodeRun): string[] {
  const last = run.rounds.at(-1)
  return [
    ...(run.error === undefined ? [] : [run.error]),
    ...run.failures
      .filter(({ code }) => code !== 'TestsFailed')
      .map(
        ({ subtask, code, message, hint }) => `${subtask} failed (${code}): ${message}${hint ? `; hint: ${hint}` : ''}`,
      ),
    ...(run.status === 'cancelled' ? ['The run was cancelled before it was done.'] : []),
    ...unwritten(run),
    ...(run.checked || run.contributions.length === 0 ? [] : ['What was written last was not tested.']),
    ...(last && !run.done ? whatFails(last) : []),
    ...untested(run),
    ...missingPackages(run),
    ...oldTests(run),
    ...unnoticed(run),
  ]
}

function unwritten({ architecture, contributions, specification, mode }: CodeRun): string[] {
  if (!architecture)
    return [specification ? 'There is no architecture, and no code.' : 'There is no specification, and no code.']
  const roles = mode === 'single' ? (['code'] as const) : (['code', 'tests'] as const)
  return architecture.modules.flatMap(({ name }) =>
    roles
      .filter((role) => !contributions.some((one) => one.module === name && one.role === role))
      .map(
        (role) =>
          `The ${role === 'code' ? 'code' : 'tests'} of the module "${name}" ${role === 'code' ? 'was' : 'were'} not written.`,
      ),
  )
}

function untested({ specification, rounds }: CodeRun): string[] {
  const last = rounds.at(-1)
  if (!specification || !last) return []
  return coverage(specification, last.check.tests)
    .filter(({ result }) => result === 'untested')
    .map(({ id, text }) => `No test that ran stands for ${id}: ${text}`)
}

/** Tests that lack their packages say little, whether they failed or not. */
function missingPackages({ rounds, baseline }: CodeRun): string[] {
  const missing = rounds.at(-1)?.check.missing ?? baseline?.missing ?? []
  return missing.map((what) => `The tests did not have what was installed when the run began: ${what}.`)
}

/** What failed before stands against nobody, and is told all the same. */
function oldTests({ rounds }: CodeRun): string[] {
  const { before, after } = rounds.at(-1)?.check.ownTests ?? {}
  if (!before || !after || after.passed) return []
  if (isUndecided(before, after)) {
    const what = after.missing
      ? `could not be run: ${after.missing.join('; ')}`
      : 'failed before and fail now, and do not say which'
    return [`The repository's own tests (${after.command}) ${what}; nobody knows whether something broke.`]
  }
  const old = oldFailures(before, after).length
  return old === 0 ? [] : [`Of the repository's own tests ${old} failed before, and fail still.`]
}

function unnoticed({ rounds }: CodeRun): string[] {
  const { survived = [], tried = 0 } = rounds.at(-1)?.check.mutations ?? {}
  return survived.length === 0 ? [] : [`Of ${tried} small changes of the new code no test noticed ${survived.length}.`]
}
