// HOST. A directory becomes a snapshot. Nothing in it is followed: links, files with several names, devices and pipes are
// refused by name, and what is exchanged between the look and the reading is noticed.
import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { TroupeError } from '../contract/errors'
import { ConfinedDirectory, isSame, refused } from './confined-directory'
import { FILE_BYTES, SNAPSHOT_FILES } from './limits'
import { checkPath } from './paths'
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
    const bytes = await readAll(file, path)
    return await storeFile(artifacts, bytes, (opened.mode & 0o111n) !== 0n)
  } finally {
    await file.close()
  }
}

/** By its real end, not by the size that it had: it may grow meanwhile. */
async function readAll(file: FileHandle, path: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let total = 0
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(64 * 1024), 0, 64 * 1024, total)
    if (bytesRead === 0) return Buffer.concat(chunks, total)
    total += bytesRead
    if (total > FILE_BYTES) throw new TroupeError('OutputTooLarge', `${path} has more than ${FILE_BYTES} bytes`)
    chunks.push(buffer.subarray(0, bytesRead))
  }
}

function refuseSpecial(path: string, stat: BigIntStats): void {
  if (stat.isSymbolicLink()) throw refused(path, 'it is a symbolic link')
  if (!stat.isFile()) throw refused(path, 'it is a device, a pipe or a socket')
  if (stat.nlink > 1n) throw refused(path, 'it is a hard link: the same file has another name')
}

function tooMany(directory: string): TroupeError {
  return new TroupeError('OutputTooLarge', `${directory} has more than ${SNAPSHOT_FILES.toLocaleString('en')} files`)
}
