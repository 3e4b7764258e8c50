// HOST. A directory becomes a snapshot. Nothing in it is followed: links, files with several names, devices and pipes are
// refused by name, and what is exchanged between the look and the reading is noticed.
import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { asTroupeError, messageOf, TroupeError } from '../contract/errors'
import { ConfinedDirectory, isSame, refused } from './confined-directory'
import { FILE_BYTES, SNAPSHOT_FILES } from './limits'
import { checkPath } from './paths'
import { readAll, refuseSpecial } from './read-plain-file'
import type { Artifacts, Snapshot, SnapshotFile } from './snapshot'
import { checkSnapshot, storeFile } from './snapshots'

/**
 * The files of a directory, without `.git`; empty directories are not kept. What is no plain file, or has a name that is
 * refused, is left out where `leftOut` is given: it is told why. Files and directories that `takes` does not take are not
 * looked at.
 *
 * @throws TroupeError `PathRefused` naming such an entry otherwise; `OutputTooLarge`
 */
export async function snapshotOfDirectory(
  artifacts: Artifacts,
  directory: string,
  leftOut?: (why: string) => void,
  takes: (path: string) => boolean = () => true,
): Promise<Snapshot> {
  const files: Record<string, SnapshotFile> = {}
  const top = await ConfinedDirectory.open(directory)
  await walk(top, '')
  return checkSnapshot({ files })

  async function walk(folder: ConfinedDirectory, prefix: string): Promise<void> {
    try {
      for (const name of await folder.names()) {
        if ((prefix === '' && name === '.git') || !takes(prefix + name)) continue
        await take(folder, prefix, name).catch((error: unknown) => {
          if (!leftOut || asTroupeError(error)?.code !== 'PathRefused') throw error
          leftOut(messageOf(error))
        })
        if (Object.keys(files).length > SNAPSHOT_FILES) throw tooMany(directory)
      }
    } finally {
      await folder.close()
    }
  }

  async function take(folder: ConfinedDirectory, prefix: string, name: string): Promise<void> {
    const path = checkPath(prefix + name)
    const seen = await folder.stat(name)
    if (seen.isDirectory()) await walk(await folder.enter(name), `${path}/`)
    else files[path] = await readEntry(artifacts, { folder, name, seen })
  }
}

async function readEntry(
  artifacts: Artifacts,
  { folder, name, seen }: { folder: ConfinedDirectory; name: string; seen: BigIntStats },
): Promise<SnapshotFile> {
  const path = join(folder.path, name)
  refuseSpecial(path, seen)
  const file = await folder.openFile(name)
  try {
    const opened = await file.stat({ bigint: true })
    refuseSpecial(path, opened)
    if (!isSame(opened, seen)) throw refused(path, 'it was exchanged while it was read')
    const bytes = await readAll(file, path, FILE_BYTES)
    return await storeFile(artifacts, bytes, (opened.mode & 0o111n) !== 0n)
  } finally {
    await file.close()
  }
}

function tooMany(directory: string): TroupeError {
  return new TroupeError('OutputTooLarge', `${directory} has more than ${SNAPSHOT_FILES.toLocaleString('en')} files`)
}
