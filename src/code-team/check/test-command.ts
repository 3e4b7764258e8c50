// TEAM. How the tests of a language are run so that we can read what ran: by their own runner, with a reporter of ours.
import { join } from 'node:path'
import type { LanguageName } from '../languages'

/** The report, in the directory that the variable TROUPE_REPORT names. */
export const REPORT_FILE = 'tests.jsonl'
/** Beside it: the key to seal it with, which the runner takes away before it loads a test. */
export const KEY_FILE = 'key'

/** Beside this file, in the sources and in what is built. */
const PROGRAMS = join(__dirname, 'programs')

export interface TestCommand {
  command: string[]
  /** What it needs besides the program that is tested. */
  readOnly: string[]
}

/** `files` are those with the tests; undefined for all that the language's own command finds. */
export function testCommandOf(language: LanguageName, files: readonly string[] | undefined): TestCommand {
  if (language === 'python') {
    const runner = join(PROGRAMS, 'python_runner.py')
    // Without installed packages: a file of theirs may name code of the program, which would run before the runner
    return { command: ['python3', '-B', '-S', runner, ...(files ?? [])], readOnly: [runner] }
  }
  const reporter = join(PROGRAMS, 'node-reporter.mjs')
  const guard = join(PROGRAMS, 'node-guard.cjs')
  // Ours writes into its own file; the second is for people
  const reporters = [reporter, 'spec'].flatMap((one) => [
    `--test-reporter=${one}`,
    '--test-reporter-destination=stdout',
  ])
  const command = [process.execPath, '--require', guard, '--test', ...reporters, ...(files ?? [])]
  return { command, readOnly: [reporter, guard] }
}
