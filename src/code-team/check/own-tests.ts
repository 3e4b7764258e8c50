// TEAM. The tests that an existing repository had before: run by their own command, before a change and after it.
import { INSIDE_DIRECTORY } from '../../workspace/bwrap-arguments'
import { NOTHING_LENT } from '../../workspace/lending/lending'
import { runSandboxed } from '../../workspace/sandbox'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { withWorkingCopy } from '../../workspace/working-copy'
import { OWN_TESTS_TIMEOUT_MS } from '../agents/settings'
import type { OwnTests } from '../documents'
import { isNamedAsTest } from '../existing-tests'
import { LANGUAGES, type LanguageName } from '../languages'
import { endOfOutput } from './output'
import type { RunOptions } from './run-tests'
import { RunnerOutput } from './runner-output'

/** As a shell says that there is no such program, or none that it may run. */
const NOT_STARTED = [126, 127]

export async function runOwnTests(
  artifacts: Artifacts,
  snapshot: Snapshot,
  script: string,
  {
    signal,
    sandbox,
    lending: { missing, ...lent } = NOTHING_LENT,
    timeoutMs = OWN_TESTS_TIMEOUT_MS,
  }: Pick<RunOptions, 'signal' | 'sandbox' | 'lending'> & { timeoutMs?: number },
): Promise<OwnTests> {
  // As npm runs it: with the programs of its packages in the path
  const command = ['/bin/sh', '-c', `PATH="$PWD/node_modules/.bin:$PATH"\n${script}`]
  return withWorkingCopy(artifacts, snapshot, async (directory) => {
    const told = new RunnerOutput([directory, INSIDE_DIRECTORY])
    const onOutput = (chunk: Uint8Array): void => told.write(chunk)
    const limits = { timeoutMs }
    const result = await runSandboxed({ command, directory, signal, sandbox, onOutput, limits, ...lent })
    told.end()
    const { exitCode, exceeded, output } = result
    return {
      command: script,
      passed: exitCode === 0 && !exceeded && told.ran !== 0,
      exitCode,
      ...(exceeded === undefined ? {} : { exceeded }),
      failing: told.failing,
      ...(told.ran === undefined ? {} : { ran: told.ran }),
      output: endOfOutput(output),
      ...(missing.length > 0 ? { missing } : {}),
    }
  })
}

/** Whether there was no test at all, since there is no program to run them. */
export function neverStarted({ exitCode, ran }: OwnTests): boolean {
  return ran === undefined && exitCode !== null && NOT_STARTED.includes(exitCode)
}

/** The repository as it is now, without tests that the team has added: those are judged by themselves. */
export function withoutNewTests(base: Snapshot, now: Snapshot, language: LanguageName): Snapshot {
  const isTest = (path: string): boolean => LANGUAGES[language].isTestFile(path) || isNamedAsTest(path)
  const kept = Object.entries(now.files).filter(([path]) => Object.hasOwn(base.files, path) || !isTest(path))
  return { files: Object.fromEntries(kept) }
}
