// HOST. A directory that is held open while its entries are used: on Linux they are named through its descriptor, so that
// exchanging a directory on the way for a link leads nowhere; elsewhere each use is checked against what was opened.
import { constants, type BigIntStats } from 'node:fs'
import { link, lstat, mkdir, open, readdir, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { TroupeError } from '../contract/errors'

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

export class ConfinedDirectory {
  private constructor(
    /** As people name it. */
    readonly path: string,
    private readonly handle: FileHandle,
    private readonly identity: BigIntStats,
  ) {}

  /**
   * Opens a directory that is no link.
   *
   * @throws TroupeError `PathRefused` if it is a link or no directory
   */
  static async open(path: string): Promise<ConfinedDirectory> {
    return ConfinedDirectory.#opened(path, path)
  }

  static async #opened(path: string, through: string): Promise<ConfinedDirectory> {
    const handle = await open(through, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ELOOP' && error.code !== 'ENOTDIR') throw error
      throw refused(path, 'it is a link, or no directory')
    })
    try {
      return new ConfinedDirectory(path, handle, await handle.stat({ bigint: true }))
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** The file system that it is on. */
  get device(): bigint {
    return this.identity.dev
  }

  async names(): Promise<string[]> {
    const names = await readdir(this.#through())
    await this.#recheck()
    return names.sort()
  }

  /** Opens a directory in this one. */
  async enter(name: string): Promise<ConfinedDirectory> {
    const entered = await ConfinedDirectory.#opened(join(this.path, name), this.#through(name))
    await this.#recheck().catch(async (error: unknown) => {
      await entered.close()
      throw error
    })
    return entered
  }

  /** Creates a directory in this one, which must not be there, and opens it. */
  async create(name: string): Promise<ConfinedDirectory> {
    await mkdir(this.#through(name)).catch(inTheWay(join(this.path, name)))
    return this.enter(name)
  }

  /** Opens a directory in this one, which is created unless it is there. */
  async enterOrCreate(name: string): Promise<ConfinedDirectory> {
    await mkdir(this.#through(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    return this.enter(name)
  }

  async stat(name: string): Promise<BigIntStats> {
    return lstat(this.#through(name), { bigint: true })
  }

  /** Opens a file in this one to read it; never a link, and never waiting for the other end of a pipe. */
  async openFile(name: string): Promise<FileHandle> {
    return this.#checked(
      await open(this.#through(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ELOOP' && error.code !== 'ENXIO') throw error
        throw refused(join(this.path, name), 'it is no plain file')
      }),
    )
  }

  /** Writes a new file, with the rights that the user's new files have; anything of that name is in the way. */
  async createFile(name: string, bytes: Uint8Array, executable: boolean): Promise<void> {
    const file = await this.#checked(
      await open(this.#through(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, executable ? 0o777 : 0o666).catch(
        inTheWay(join(this.path, name)),
      ),
    )
    try {
      await file.writeFile(bytes)
    } finally {
      await file.close()
    }
  }

  /** Renames an entry, into another directory of the same file system; whatever has the other name is replaced. */
  async move(name: string, to: ConfinedDirectory, newName: string): Promise<void> {
    await rename(this.#through(name), to.#through(newName))
  }

  /** Gives a file a second name, unless something has it. */
  async link(name: string, to: ConfinedDirectory, newName: string): Promise<void> {
    await link(this.#through(name), to.#through(newName)).catch(inTheWay(join(to.path, newName)))
  }

  async setMode(name: string, mode: number): Promise<void> {
    const file = await this.openFile(name)
    await file.chmod(mode).finally(() => file.close())
  }

  async removeFile(name: string): Promise<void> {
    await unlink(this.#through(name))
  }

  /** Only an empty one. */
  async removeDirectory(name: string): Promise<void> {
    await rmdir(this.#through(name))
  }

  async close(): Promise<void> {
    await this.handle.close()
  }

  #through(name = ''): string {
    return join(process.platform === 'linux' ? `/proc/self/fd/${this.handle.fd}` : this.path, name)
  }

  async #checked(file: FileHandle): Promise<FileHandle> {
    try {
      await this.#recheck()
      return file
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async #recheck(): Promise<void> {
    if (process.platform === 'linux') return
    const now = await lstat(this.path, { bigint: true })
    if (!isSame(now, this.identity)) throw refused(this.path, 'it was exchanged while it was used')
  }
}

export function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino
}

export function refused(path: string, why: string): TroupeError {
  return new TroupeError('PathRefused', `${path} is refused: ${why}`)
}

function inTheWay(path: string) {
  return (error: NodeJS.ErrnoException): never => {
    if (error.code === 'EEXIST' || error.code === 'ELOOP')
      throw refused(path, 'something of that name is there already')
    throw error
  }
}
