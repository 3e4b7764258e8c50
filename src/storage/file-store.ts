// HOST. A store in a directory, which any number of processes may share. Opening it tries it out, so that a full or
// unwritable one is refused before any work is done.
import { randomBytes, randomUUID } from 'node:crypto'
import { link, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { TroupeError } from '../contract/errors'
import { makeDirectory, PRIVATE } from './make-directory'
import { DurableFiles, writeFlushed } from './durable-files'
import { FileArtifacts } from './file-artifacts'
import { FileRecords } from './file-records'
import { identityIn } from './identity'
import type { Store } from './store'
import { systemCode } from './store-errors'

/** The file with the store's id; there is no store without it. */
const IDENTITY_FILE = 'store.json'
/** What the trial writes: more than the few free blocks that a full disk may still have for small files. */
const PROBE_BYTES = 64 * 1024
/** Age from which a temporary file counts as left behind: no write takes an hour. */
const LEFT_BEHIND_MS = 60 * 60 * 1000
/** What a file system without hard links answers. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK']

export interface FileStoreOptions {
  /** Made absolute, and created if it does not exist. */
  directory: string
  /** False opens what exists, for reading, even on a full or read-only disk: nothing is created or tried. */
  writable?: boolean
}

/**
 * Opens the store in a directory, creating it where there is none.
 *
 * @throws TroupeError `StoreUnavailable` if it is full, read-only, forbidden, damaged or not a directory
 * @example
 * const store = await openFileStore({ directory: defaultStoreLocation() })
 */
export async function openFileStore({ directory, writable = true }: FileStoreOptions): Promise<Store> {
  const location = path.resolve(directory)
  const files = new DurableFiles(location, IDENTITY_FILE)
  if (writable) {
    await files.attempt(async () => {
      makeDirectory(location, PRIVATE)
      makeDirectory(files.temporaryDirectory)
    })
    await probe(files)
    await sweep(files)
    await files.createOnce(path.join(location, IDENTITY_FILE), Buffer.from(JSON.stringify({ id: randomUUID() })))
  }
  return {
    identity: { id: await readIdentity(files), location },
    artifacts: new FileArtifacts(files, path.join(location, 'artifacts')),
    records: new FileRecords(files, path.join(location, 'records')),
  }
}

/** Does once what every later write does: space, permission and hard links are all needed. */
async function probe(files: DurableFiles): Promise<void> {
  const file = path.join(files.temporaryDirectory, `probe-${process.pid}-${randomUUID()}`)
  await files.attempt(async () => {
    try {
      await writeFlushed(file, randomBytes(PROBE_BYTES))
      await link(file, `${file}-linked`).catch((error: unknown) => {
        if (!NO_LINKS.includes(systemCode(error) ?? '')) throw error
        throw new TroupeError(
          'StoreUnavailable',
          `the store ${files.directory} is on a file system without hard links`,
          {
            hint: 'set TROUPE_STORE to a directory on a local disk',
            cause: error,
          },
        )
      })
    } finally {
      await rm(file, { force: true }).catch(() => undefined)
      await rm(`${file}-linked`, { force: true }).catch(() => undefined)
    }
  })
}

/** Removes what killed processes left behind. Others may sweep at the same time. */
async function sweep(files: DurableFiles): Promise<void> {
  const oldest = Date.now() - LEFT_BEHIND_MS
  await files.attempt(async () => {
    for (const entry of await readdir(files.temporaryDirectory)) {
      const file = path.join(files.temporaryDirectory, entry)
      const status = await stat(file).catch(() => undefined)
      if (status && status.mtimeMs < oldest) await rm(file, { force: true, recursive: true })
    }
  })
}

async function readIdentity(files: DurableFiles): Promise<string> {
  const file = path.join(files.directory, IDENTITY_FILE)
  return identityIn((await files.read(file))?.toString(), files.directory, file)
}
