// HOST. What is made ready before a working tree is changed, and what was moved aside of it: the exchange of one file after the
// other, and the way back. It lies in git's own directory, into which no repository and no agent can put anything.
import { TroupeError, messageOf } from '../contract/errors'
import type { ConfinedDirectory } from './confined-directory'
import type { Artifacts } from './snapshot'
import { readBytes } from './snapshots'
import { absent, conflictWith, inFolderOf, isSameFile, readEntry, type TreeChange } from './tree-changes'

/** What is to be changed, for who comes after a process that was killed. */
export const JOURNAL = 'journal.json'
/** The old files: by their place among the changes. */
export const ASIDE = 'old'

/** New files made ready beside the tree, and the old ones that were moved aside: by their place among the changes. */
export class StagedChanges {
  private constructor(
    readonly top: ConfinedDirectory,
    private readonly fresh: ConfinedDirectory,
    readonly aside: ConfinedDirectory,
  ) {}

  /** @throws TroupeError `DeliveryRefused` where files cannot be put into their places without anything being written over */
  static async prepare({
    artifacts,
    top,
    folder,
    changes,
  }: {
    artifacts: Artifacts
    top: ConfinedDirectory
    /** An empty one, on the same file system. */
    folder: ConfinedDirectory
    changes: readonly TreeChange[]
  }): Promise<StagedChanges> {
    await folder.createFile(JOURNAL, Buffer.from(JSON.stringify(changes)), false)
    await probeLinks(top, folder)
    const [fresh, aside] = [await folder.create('new'), await folder.create(ASIDE)]
    const staged = new StagedChanges(top, fresh, aside)
    try {
      for (const [place, { path, from, to }] of changes.entries()) {
        if (!to) continue
        const bytes = await readBytes(artifacts, { files: { [path]: to } }, path)
        await fresh.createFile(String(place), bytes, to.executable === true)
        if (from) await fresh.setMode(String(place), await modeFor(top, path, to.executable === true))
      }
      return staged
    } catch (error) {
      await staged.close()
      throw error
    }
  }

  async exchange(place: number, { path, from, to }: TreeChange): Promise<void> {
    await inFolderOf(
      this.top,
      path,
      async (folder, name) => {
        if (from) {
          if (!folder) throw conflictWith([`"${path}": its directory was removed`])
          await folder.move(name, this.aside, String(place)).catch((error: NodeJS.ErrnoException) => {
            throw error.code === 'ENOENT' ? conflictWith([`"${path}": it was removed`]) : error
          })
          await this.checkAside(place, { path, from })
        }
        if (to) await this.fresh.link(String(place), folder!, name).catch(toConflict(path))
      },
      to !== undefined,
    )
    if (to) await this.fresh.removeFile(String(place))
  }

  async checkAside(place: number, { path, from }: TreeChange): Promise<void> {
    if (!from) return
    const found = await readEntry(this.aside, String(place)).catch(toConflict(path))
    if (!isSameFile(found, from)) throw conflictWith([`"${path}": it was changed meanwhile`])
  }

  /**
   * As it was, or as somebody has made it meanwhile.
   *
   * @returns whether nothing of it is left here that is nowhere else
   */
  async putBack(place: number, change: TreeChange): Promise<boolean> {
    // What cannot be put back must not keep the others from it
    await this.takeAway(place, change).catch(() => undefined)
    const isBack = await restore(this, place, change).catch(() => false)
    await this.removeEmpty(change.path)
    return isBack
  }

  private async takeAway(place: number, { path, to }: TreeChange): Promise<void> {
    if (!to || (await this.fresh.stat(String(place)).catch(absent))) return
    await inFolderOf(this.top, path, async (folder, name) => {
      const now = folder && (await readEntry(folder, name).catch(() => undefined))
      if (isSameFile(now, to)) await folder?.removeFile(name)
    })
  }

  /** Directories that hold nothing any more are none to git either. */
  async removeEmpty(path: string): Promise<void> {
    const steps = path.split('/').slice(0, -1)
    for (; steps.length > 0; steps.pop()) {
      const removed = await inFolderOf(this.top, steps.join('/'), async (folder, name) => {
        await folder?.removeDirectory(name)
        return folder !== undefined
      }).catch(() => false)
      if (!removed) return
    }
  }

  async close(): Promise<void> {
    await this.fresh.close()
    await this.aside.close()
  }
}

/** The user's own rights on the file stay, but for whether it can be run. */
async function modeFor(top: ConfinedDirectory, path: string, executable: boolean): Promise<number> {
  const mode = await inFolderOf(top, path, async (folder, name) => (folder ? (await folder.stat(name)).mode : 0o644n))
  const plain = Number(mode) & 0o666
  return executable ? plain | ((plain & 0o444) >> 2) : plain
}

/**
 * What was moved aside comes back, unless something took its place.
 *
 * @returns false where it did not come back, and is the only copy of what somebody has written
 */
export async function restore(
  { top, aside }: { top: ConfinedDirectory; aside: ConfinedDirectory },
  place: number,
  { path, from }: TreeChange,
): Promise<boolean> {
  const kept = String(place)
  const found = await aside.stat(kept).catch(absent)
  if (!found) return true
  return inFolderOf(
    top,
    path,
    async (folder, name) => {
      if (!folder) return false
      if (!found.isDirectory() && (await isLinked(aside.link(kept, folder, name)))) await aside.removeFile(kept)
      // Where no link can be made any more, or none of a directory
      else if (!(await folder.stat(name).catch(absent))) await aside.move(kept, folder, name)
      else return isSameFile(await readEntry(aside, kept).catch(() => undefined), from)
      return true
    },
    true,
  )
}

function isLinked(link: Promise<void>): Promise<boolean> {
  return link.then(
    () => true,
    () => false,
  )
}

/** Without them a new file could not take its place, nor an old one come back, without writing over what is there. */
async function probeLinks(top: ConfinedDirectory, folder: ConfinedDirectory): Promise<void> {
  const probe = 'probe'
  try {
    if (folder.device !== top.device) throw new Error('the working tree and its git directory are on two file systems')
    await folder.link(JOURNAL, folder, probe)
    await folder.removeFile(probe)
  } catch (error) {
    throw new TroupeError('DeliveryRefused', `nothing is changed in ${top.path}: ${messageOf(error)}`, {
      hint: 'files are exchanged by hard links, which not every file system has: the branch of the run is for git to merge',
      cause: error,
    })
  }
}

function toConflict(path: string) {
  return (error: unknown): never => {
    throw conflictWith([`"${path}": ${messageOf(error)}`])
  }
}
