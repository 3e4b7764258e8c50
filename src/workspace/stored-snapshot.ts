// HOST. Directories of files to and from snapshots that are named by their artifacts: what agents hand to each other.
import { snapshotOfDirectory } from './directory-snapshot'
import { materialise } from './materialise'
import type { Artifacts } from './snapshot'
import { loadSnapshot, storeSnapshot } from './snapshots'
import { withWorkingCopy } from './working-copy'

/**
 * Keeps the files of a directory, without `.git`; returns the snapshot's artifact.
 *
 * @example
 * const snapshot = await takeSnapshot(troupe.store.artifacts, 'my-project')
 * @throws TroupeError `PathRefused` naming a link, or what is no plain file; `OutputTooLarge`
 */
export async function takeSnapshot(artifacts: Artifacts, directory: string): Promise<string> {
  return storeSnapshot(artifacts, await snapshotOfDirectory(artifacts, directory))
}

/**
 * Writes a snapshot's files into a new or empty directory.
 *
 * @throws TroupeError `PathRefused` if something is in the way; `ArtifactNotFound`, `ArtifactCorrupt`
 */
export async function writeSnapshot(artifacts: Artifacts, snapshot: string, directory: string): Promise<void> {
  await materialise(artifacts, await loadSnapshot(artifacts, snapshot), directory)
}

/** Calls `work` with a directory that holds the files; it is gone afterwards, whatever happens. */
export async function copySnapshot<Value>(
  artifacts: Artifacts,
  snapshot: string,
  work: (directory: string) => Promise<Value>,
): Promise<Value> {
  return withWorkingCopy(artifacts, await loadSnapshot(artifacts, snapshot), work)
}
