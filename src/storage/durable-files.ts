// HOST. Files that are either whole or absent, whoever is killed when: written aside, flushed, then given their name.
// Everything that the store does to its directory passes here, is bounded, and fails with `StoreUnavailable`.
import { randomUUID } from 'node:crypto'
import { access, link, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Turns } from '../contract/turns'
import { makeDirectory } from './make-directory'
import { storeError, systemCode } from './store-errors'

/** Operations at once: beyond the four threads that Node has for files they only hold descriptors open. */
const OPERATIONS_AT_ONCE = 16

export class DurableFiles {
  private readonly turns = new Turns(OPERATIONS_AT_ONCE)

  /** `landmark` is a file that every store has: without it a missing file means that the store itself is gone. */
  constructor(
    readonly directory: string,
    private readonly landmark: string,
  ) {}

  /** Where files are written before they get their names; in the store, so that it is the same file system. */
  get temporaryDirectory(): string {
    return path.join(this.directory, 'tmp')
  }

  /** Runs anything on the directory under the same bound, with its errors explained. */
  attempt<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.take(async () => {
      try {
        return await work()
      } catch (error) {
        throw storeError(error, this.directory)
      }
    })
  }

  /** Gives a new file its name unless the name is taken, and says whether it did. */
  createOnce(file: string, bytes: Uint8Array): Promise<boolean> {
    return this.attempt(() =>
      this.withTemporary(bytes, async (temporary) => {
        try {
          await this.place(file, () => link(temporary, file))
          return true
        } catch (error) {
          if (systemCode(error) === 'EEXIST') return false
          throw error
        }
      }),
    )
  }

  /** Puts a file in its place, instead of what may be there. */
  replace(file: string, bytes: Uint8Array): Promise<void> {
    return this.attempt(() => this.withTemporary(bytes, (temporary) => this.place(file, () => rename(temporary, file))))
  }

  /** The file's bytes; undefined if there is none. */
  read(file: string): Promise<Buffer | undefined> {
    return this.attempt(() => this.unlessMissing(() => readFile(file)))
  }

  /** The file's size in bytes; undefined if there is none. */
  async size(file: string): Promise<number | undefined> {
    return (await this.attempt(() => this.unlessMissing(() => stat(file))))?.size
  }

  /** What a directory holds; nothing if there is none. */
  async entries(directory: string): Promise<string[]> {
    return (await this.attempt(() => this.unlessMissing(() => readdir(directory)))) ?? []
  }

  private async unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      await access(path.join(this.directory, this.landmark))
      return undefined
    }
  }

  private async withTemporary<T>(bytes: Uint8Array, use: (temporary: string) => Promise<T>): Promise<T> {
    const temporary = path.join(this.temporaryDirectory, `${process.pid}-${randomUUID()}`)
    try {
      await writeFlushed(temporary, bytes)
      return await use(temporary)
    } finally {
      // What stays behind after a failure here is swept by a later opening.
      await rm(temporary, { force: true }).catch(() => undefined)
    }
  }

  /** Names a file by `name`, making the directories that lack, and flushes the directories that changed. */
  private async place(file: string, name: () => Promise<void>): Promise<void> {
    const parent = path.dirname(file)
    let changed = [parent]
    try {
      await name()
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      changed = pathsBetween(makeDirectory(parent), parent)
      await name()
    }
    for (const directory of changed) await flushDirectory(directory)
  }
}

/** Writes a new file and returns when the disk has it. */
export async function writeFlushed(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes a name that was added to a directory survive a loss of power; Windows does so by itself and cannot be asked. */
async function flushDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The directory that holds the first one made, and all from there down to the last. */
function pathsBetween(firstMade: string | undefined, last: string): string[] {
  const paths = [last]
  if (firstMade === undefined) return paths
  for (let current = last; current !== path.dirname(firstMade); current = path.dirname(current)) {
    paths.push(path.dirname(current))
  }
  return paths
}
