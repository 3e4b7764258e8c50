// HOST. A snapshot as files for the time of some work. The copy is gone afterwards, whatever happens; what a killed process
// left is removed by the next.
import { randomUUID } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { materialise } from './materialise'
import { isGone, processName } from './process-name'
import { removeTree } from './remove-tree'
import type { Artifacts, Snapshot } from './snapshot'

const PREFIX = 'troupe-copy_'

/** Calls `work` with the absolute path of a fresh copy, which only this user can enter. */
export async function withWorkingCopy<Result>(
  artifacts: Artifacts,
  snapshot: Snapshot,
  work: (directory: string) => Promise<Result>,
): Promise<Result> {
  return withTemporaryDirectory(async (outer) => {
    const directory = join(outer, 'files')
    await materialise(artifacts, snapshot, directory)
    return work(directory)
  })
}

/** Calls `work` with a new empty directory that only this user can enter. */
export async function withTemporaryDirectory<Result>(work: (directory: string) => Promise<Result>): Promise<Result> {
  await removeLeftovers()
  const directory = join(tmpdir(), `${PREFIX}${processName()}_${randomUUID()}`)
  await mkdir(directory, { mode: 0o700 })
  try {
    return await work(directory)
  } finally {
    await removeTree(directory)
  }
}

async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, owner] = name.startsWith(PREFIX) ? name.split('_') : []
    // Another user's may not be removable: that is theirs to do.
    if (owner !== undefined && isGone(owner)) await removeTree(join(tmpdir(), name)).catch(() => undefined)
  }
}
