// TEAM. The tests that an existing repository had before: found, and run by their own command, before and after.
import { isObject } from '../../contract/json'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { fileAt, readText } from '../../workspace/snapshots'
import { OWN_TESTS_TIMEOUT_MS } from '../agents/settings'
import type { OwnTests } from '../documents'
import { LANGUAGES, type LanguageName } from '../languages'
import { endOfOutput } from './output'
import { runOnCopy, type RunOptions } from './run-tests'

/** The command as a shell reads it; undefined where the repository has no tests. */
export async function ownTestCommand(
  artifacts: Artifacts,
  snapshot: Snapshot,
  language: LanguageName,
): Promise<string | undefined> {
  const manifest = language === 'javascript' && fileAt(snapshot, 'package.json')
  const script = manifest && testScript(await readText(artifacts, snapshot, 'package.json'))
  // What `npm init` writes is no test
  if (script && !/no test specified/.test(script)) return script
  const { isNamedAsTests, testCommand } = LANGUAGES[language]
  return Object.keys(snapshot.files).some(isNamedAsTests) ? testCommand.join(' ') : undefined
}

/** How unittest and `node --test` say that no test ran; older ones end with 0 all the same. */
const RAN_NOTHING = /^(Ran 0 tests in|# tests 0$|ℹ tests 0$)/m

export async function runOwnTests(
  artifacts: Artifacts,
  snapshot: Snapshot,
  script: string,
  options: Pick<RunOptions, 'signal' | 'sandbox'>,
): Promise<OwnTests> {
  // As npm runs it: with the programs of its packages in the path
  const command = ['/bin/sh', '-c', `PATH="$PWD/node_modules/.bin:$PATH"\n${script}`]
  const limits = { timeoutMs: OWN_TESTS_TIMEOUT_MS }
  const { exitCode, exceeded, output } = await runOnCopy(artifacts, snapshot, { ...options, command, ...limits })
  return {
    command: script,
    passed: exitCode === 0 && !exceeded && !RAN_NOTHING.test(output),
    exitCode,
    output: endOfOutput(output),
  }
}

/** The repository as it is now, without tests that the team has added: those are judged by themselves. */
export function withoutNewTests(base: Snapshot, now: Snapshot, language: LanguageName): Snapshot {
  const { isTestFile } = LANGUAGES[language]
  const kept = Object.entries(now.files).filter(([path]) => Object.hasOwn(base.files, path) || !isTestFile(path))
  return { files: Object.fromEntries(kept) }
}

/** Those of the tests that were there before which are not what they were. */
export function changedTests(base: Snapshot, now: Snapshot, language: LanguageName): string[] {
  return Object.entries(base.files)
    .filter(([path, { artifact }]) => LANGUAGES[language].isTestFile(path) && fileAt(now, path)?.artifact !== artifact)
    .map(([path]) => path)
}

function testScript(manifest: string): string | undefined {
  try {
    const value: unknown = JSON.parse(manifest)
    const scripts = isObject(value) && isObject(value.scripts) ? value.scripts : {}
    return typeof scripts.test === 'string' && scripts.test.trim() !== '' ? scripts.test : undefined
  } catch {
    return undefined
  }
}
