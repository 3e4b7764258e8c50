// TEAM. Whether the tests notice small changes of the new code: each is made on a copy, and the tests run. What no test notices
// is a finding for the reviewer, and stands in the report.
import { asTroupeError } from '../../contract/errors'
import { newLines } from '../../workspace/diff-snapshots'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { fileAt, readText, textFiles } from '../../workspace/snapshots'
import { isExistingTest } from '../existing-tests'
import { LANGUAGES, type LanguageName } from '../languages'
import { MUTATIONS_TIMEOUT_MS } from '../agents/settings'
import type { Mutations } from '../documents'
import { mutationsOf, spread, syntaxOf, type Mutation } from './mutate'

/** Each is a run of all tests. */
const TRIED = 20
/** Bytes of a file that is changed: larger ones are data, or made by programs. */
const FILE_BYTES = 500_000

export interface MutationTrial {
  artifacts: Artifacts
  base: Snapshot
  now: Snapshot
  language: LanguageName
  signal: AbortSignal
  /** Whether the tests notice what is changed in a snapshot. */
  isNoticed(mutated: Snapshot): Promise<boolean>
}

export async function tryMutations(trial: MutationTrial): Promise<Mutations> {
  const all = await everyMutation(trial)
  const chosen = spread(all, TRIED)
  const end = Date.now() + MUTATIONS_TIMEOUT_MS
  const survived: Mutations['survived'] = []
  let tried = 0
  for (const { path, mutation } of chosen) {
    if (Date.now() > end) break
    trial.signal.throwIfAborted()
    tried += 1
    const { line, was, now, source } = mutation
    const before = fileAt(trial.now, path)!
    const [file] = Object.values(await textFiles(trial.artifacts, { [path]: source }))
    const mutated = { ...file!, ...(before.executable ? { executable: true as const } : {}) }
    const noticed = await trial
      .isNoticed({ files: { ...trial.now.files, [path]: mutated } })
      .catch((error: unknown) => {
        // A program that was broken so that its tests cannot even be begun
        if (asTroupeError(error)?.code === 'OutputTooLarge') return true
        throw error
      })
    if (!noticed) survived.push({ file: path, line, was, now })
  }
  return { possible: all.length, tried, survived }
}

async function everyMutation({
  artifacts,
  base,
  now,
  language,
}: MutationTrial): Promise<{ path: string; mutation: Mutation }[]> {
  const all: { path: string; mutation: Mutation }[] = []
  for (const [path, { artifact, bytes }] of Object.entries(now.files)) {
    const syntax = syntaxOf(path)
    const isTest = isExistingTest(path) || LANGUAGES[language].isTestFile(path)
    if (!syntax || isTest || bytes > FILE_BYTES || fileAt(base, path)?.artifact === artifact) continue
    const source = await readText(artifacts, now, path)
    const lines = newLines(fileAt(base, path) ? await readText(artifacts, base, path) : '', source)
    // One by one: a large table has more of them than a call takes arguments
    for (const mutation of mutationsOf(source, syntax, lines)) all.push({ path, mutation })
  }
  return all
}
