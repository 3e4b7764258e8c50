// TEAM. Why tests that a repository had before cannot be run, where that ends the check: nothing is judged by it.
import { TroupeError } from '../../contract/errors'
import type { OwnTests } from '../documents'

/** A command that somebody has typed, and that does not start. */
export function notStarted({ command, output, missing = [] }: OwnTests, sandbox: 'required' | 'none'): TroupeError {
  const where = sandbox === 'required' ? 'in the sandbox, on a copy of the last commit' : 'on a copy of the last commit'
  return new TroupeError(
    'CommandNotFound',
    `the test command "${command}" does not start ${where}: ${[output.trim(), ...missing].join('; ')}`,
    {
      hint: 'what is neither committed nor an installed package is not there, nor is what lies outside of /usr: give another --test',
    },
  )
}

/** Whoever judges the change by tests that lack their packages blames the coders. */
export function elsewhere(missing: readonly string[]): TroupeError {
  const message = `the tests lack here what was there before the change: ${missing.join('; ')}`
  return new TroupeError('SandboxUnavailable', message, {
    hint: 'let a worker go on that runs where they ran before, beside the repository with its installed packages',
    retryable: true,
  })
}
