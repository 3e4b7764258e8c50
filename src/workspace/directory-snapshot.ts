// HOST. A directory becomes a snapshot. Nothing in it is followed: links, files with several names, devices and pipes are
// refused by name, and what is exchanged between the look and the reading is noticed.
import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { TroupeError } from '../contract/errors'
import { ConfinedDirectory, isSame, refused } from './confined-directory'
import { FILE_BYTES, SNAPSHOT_FILES } from './limits'
import { checkPath } from './paths'
import { readAll, refuseSpecial } from './read-plain-file'
import type { Artifacts, Snapshot, SnapshotFile } from './snapshot'
import { checkSnapshot, storeFile } from './snapshots'

/**
 * The files of a directory, without `.git`; empty directories are not kept.
 *
 * @throws TroupeError `PathRefused` naming what is no plain file or has a name that is refused; `OutputTooLarge`
 */
export async function snapshotOfDirectory(artifacts: Artifacts, directory: string): Promise<Snapshot> {
  const files: Record<string, SnapshotFile> = {}
  const top = await ConfinedDirectory.open(directory)
  await walk(top, '')
  return checkSnapshot({ files })

  async function walk(folder: ConfinedDirectory, prefix: string): Promise<void> {
    try {
      for (const name of await folder.names()) {
        if (prefix === '' && name === '.git') continue
        const path = checkPath(prefix + name)
        const seen = await folder.stat(name)
        if (seen.isDirectory()) await walk(await folder.enter(name), `${path}/`)
        else files[path] = await readEntry(artifacts, { folder, name, seen })
        if (Object.keys(files).length > SNAPSHOT_FILES) throw tooMany(directory)
      }
    } finally {
      await folder.close()
    }
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
