// HOST. What is made ready beside a working tree before it is changed, and what was moved aside of it: the exchange of one file
// after the other, the way back, and the repair of what a killed process has left.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../contract/errors'
import { ConfinedDirectory } from './confined-directory'
import { SNAPSHOT_DOCUMENT_BYTES } from './limits'
import { isGone } from './process-name'
import { readPlainFile } from './read-plain-file'
import { removeTree } from './remove-tree'
import type { Artifacts } from './snapshot'
import { readBytes } from './snapshots'
import { absent, conflictWith, inFolderOf, isSameFile, readEntry, type TreeChange } from './tree-changes'

/** The beginning of its name, at the top of the tree; the process follows. */
export const STAGING = '.troupe-apply_'
const JOURNAL = 'journal.json'

/** New files made ready beside the tree, and the old ones that were moved aside: by their place among the changes. */
export class StagedChanges {
  private constructor(
    private readonly top: ConfinedDirectory,
    private readonly fresh: ConfinedDirectory,
    private readonly aside: ConfinedDirectory,
  ) {}

  static async prepare({
    artifacts,
    top,
    staging,
    changes,
  }: {
    artifacts: Artifacts
    top: ConfinedDirectory
    /** Its name in the top. */
    staging: string
    changes: readonly TreeChange[]
  }): Promise<StagedChanges> {
    const folder = await top.create(staging)
    const [fresh, aside] = [await folder.create('new'), await folder.create('old')]
    const staged = new StagedChanges(top, fresh, aside)
    try {
      for (const [place, { path, from, to }] of changes.entries()) {
        if (!to) continue
        const bytes = await readBytes(artifacts, { files: { [path]: to } }, path)
        await fresh.createFile(String(place), bytes, to.executable === true)
        if (from) await fresh.setMode(String(place), await modeFor(top, path, to.executable === true))
      }
      const paths = JSON.stringify(changes.map(({ path }) => path))
      await folder.createFile(JOURNAL, Buffer.from(paths), false)
      return staged
    } catch (error) {
      await staged.close()
      throw error
    } finally {
      await folder.close()
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

  /** As it was, or as somebody has made it meanwhile: what was moved aside comes back unless something took its place. */
  async putBack(place: number, { path, to }: TreeChange): Promise<void> {
    const put = async (folder: ConfinedDirectory | undefined, name: string): Promise<void> => {
      if (!folder) return
      const now = await readEntry(folder, name).catch(() => undefined)
      const isFresh = (await this.fresh.stat(String(place)).catch(absent)) === undefined
      if (to && isFresh && isSameFile(now, to)) await folder.removeFile(name)
      const aside = await this.aside.stat(String(place)).catch(absent)
      if (aside?.isDirectory()) await this.aside.move(String(place), folder, name).catch(() => undefined)
      else if (aside) await this.aside.link(String(place), folder, name).catch(() => undefined)
    }
    // What cannot be put back must not keep the others from it
    await inFolderOf(this.top, path, put).catch(() => undefined)
    await this.removeEmpty(path)
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

/** A process that was killed may have moved a file aside and nothing into its place: it comes back. */
export async function repairLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const owner = name.startsWith(STAGING) ? name.slice(STAGING.length).split('_')[0] : undefined
    if (owner === undefined || !isGone(owner)) continue
    await repair(directory, name).catch(() => undefined)
    await removeTree(join(directory, name))
  }
}

async function repair(directory: string, staging: string): Promise<void> {
  const journal = await readPlainFile(join(directory, staging), JOURNAL, SNAPSHOT_DOCUMENT_BYTES).catch(absent)
  const paths: unknown = journal && JSON.parse(Buffer.from(journal).toString('utf8'))
  if (!Array.isArray(paths)) return
  const top = await ConfinedDirectory.open(directory)
  const aside = await ConfinedDirectory.open(join(directory, staging, 'old'))
  try {
    for (const place of await aside.names()) {
      const path: unknown = paths[Number(place)]
      if (typeof path !== 'string') continue
      // Where the new file is in its place already, that stays
      await inFolderOf(top, path, async (folder, name) => folder && aside.link(place, folder, name), true).catch(
        () => undefined,
      )
    }
  } finally {
    await aside.close()
    await top.close()
  }
}

function toConflict(path: string) {
  return (error: unknown): never => {
    throw conflictWith([`"${path}": ${messageOf(error)}`])
  }
}
