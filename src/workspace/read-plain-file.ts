// HOST. Reads one file from a directory that others wrote into: never through a link, and never more than is expected.
import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { TroupeError } from '../contract/errors'
import { ConfinedDirectory, refused } from './confined-directory'

const PIECE_BYTES = 64 * 1024

/**
 * The bytes of `<directory>/<name>`; undefined if there is none. For reports that a sandboxed command wrote.
 *
 * @throws TroupeError `PathRefused` for a link or anything but a plain file, `OutputTooLarge`
 */
export async function readPlainFile(directory: string, name: string, limit: number): Promise<Uint8Array | undefined> {
  const folder = await ConfinedDirectory.open(directory)
  try {
    const file = await folder.openFile(name).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (!file) return undefined
    try {
      const path = join(directory, name)
      refuseSpecial(path, await file.stat({ bigint: true }))
      return await readAll(file, path, limit)
    } finally {
      await file.close()
    }
  } finally {
    await folder.close()
  }
}

/** @throws TroupeError `PathRefused` for anything but a plain file with one name */
export function refuseSpecial(path: string, stat: BigIntStats): void {
  if (stat.isSymbolicLink()) throw refused(path, 'it is a symbolic link')
  if (!stat.isFile())
    throw refused(path, stat.isDirectory() ? 'it is a directory' : 'it is a device, a pipe or a socket')
  if (stat.nlink > 1n) throw refused(path, 'it is a hard link: the same file has another name')
}

/** By its real end, not by the size that it had: it may grow meanwhile. */
export async function readAll(file: FileHandle, path: string, limit: number): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  let total = 0
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, total)
    if (bytesRead === 0) return Buffer.concat(pieces, total)
    total += bytesRead
    if (total > limit)
      throw new TroupeError('OutputTooLarge', `${path} has more than ${limit.toLocaleString('en')} bytes`)
    pieces.push(buffer.subarray(0, bytesRead))
  }
}
