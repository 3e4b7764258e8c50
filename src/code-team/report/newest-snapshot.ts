// TEAM. The files that a run has come to, wherever it ended: those of the last check, or what has been written since.
import { asTroupeError } from '../../contract/errors'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { loadSnapshot, textFiles } from '../../workspace/snapshots'
import { mergeContributions } from '../check/merge'
import { scaffoldFiles } from '../check/scaffold'
import { baseSnapshot } from '../texts'
import type { CodeRun } from './code-run'

export interface NewestSnapshot {
  snapshot: Snapshot
  /** False if these files were never tested together. */
  checked: boolean
}

/**
 * Undefined where nothing was written.
 *
 * @throws TroupeError `ArtifactNotFound`, `StoreUnavailable`
 */
export async function newestSnapshot(artifacts: Artifacts, run: CodeRun): Promise<NewestSnapshot | undefined> {
  const last = run.rounds.at(-1)
  if (last && run.checked) return { snapshot: await loadSnapshot(artifacts, last.check.snapshot), checked: true }
  const { architecture, contributions, language = 'javascript', specification, request = '' } = run
  if (!architecture || contributions.length === 0) return undefined
  const base = await baseSnapshot(artifacts, run.base)
  const { snapshot: merged } = mergeContributions(base, architecture, contributions)
  const title = specification?.title ?? request
  const scaffold = scaffoldFiles({ language, architecture, title, base, merged })
  try {
    return { snapshot: { files: { ...merged.files, ...(await textFiles(artifacts, scaffold)) } }, checked: false }
  } catch (error) {
    // A store that cannot be written to can still be read from
    if (asTroupeError(error)?.code !== 'StoreUnavailable') throw error
    return { snapshot: merged, checked: false }
  }
}
