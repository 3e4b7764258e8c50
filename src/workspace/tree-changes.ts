// HOST. What lies between two snapshots, file by file, and how a file of somebody's working tree stands to it. Nothing here
// changes anything.
import { createHash } from 'node:crypto'
import { TroupeError } from '../contract/errors'
import { firstOf } from '../contract/json'
import type { ConfinedDirectory } from './confined-directory'
import { FILE_BYTES, NAMED_PROBLEMS } from './limits'
import { readAll, refuseSpecial } from './read-plain-file'
import type { Snapshot, SnapshotFile } from './snapshot'
import { fileAt } from './snapshots'

/** `from` is absent for a new file, `to` for one that is removed. */
export interface TreeChange {
  path: string
  from?: SnapshotFile
  to?: SnapshotFile
}

/** In the order of paths. */
export function treeChanges(before: Snapshot, after: Snapshot): TreeChange[] {
  const paths = [...new Set([...Object.keys(before.files), ...Object.keys(after.files)])].sort()
  return paths.flatMap((path) => {
    const [from, to] = [fileAt(before, path), fileAt(after, path)]
    if (from?.artifact === to?.artifact && from?.executable === to?.executable) return []
    return [{ path, ...(from ? { from } : {}), ...(to ? { to } : {}) }]
  })
}

/** The way back. */
export function reversed(changes: readonly TreeChange[]): TreeChange[] {
  return changes.map(({ path, from, to }) => ({ path, ...(to ? { from: to } : {}), ...(from ? { to: from } : {}) }))
}

/** `from`, `to`: it is as it was before the change, or after it. Otherwise what else is there. */
export type Standing = { is: 'from' | 'to' } | { is: 'other'; why: string }

export async function standingOf(top: ConfinedDirectory, { path, from, to }: TreeChange): Promise<Standing> {
  try {
    const found = await entryAt(top, path)
    if (isSameFile(found, from)) return { is: 'from' }
    if (isSameFile(found, to)) return { is: 'to' }
    if (!found) return { is: 'other', why: 'it was removed' }
    return { is: 'other', why: from ? 'it was changed' : 'there is another file of that name' }
  } catch (error) {
    // A link, a pipe, a directory, a file of another name on the way
    return { is: 'other', why: error instanceof Error ? error.message : String(error) }
  }
}

/** A file of a directory that is held open, by its content. */
export async function readEntry(folder: ConfinedDirectory, name: string): Promise<SnapshotFile> {
  const file = await folder.openFile(name)
  try {
    const stat = await file.stat({ bigint: true })
    refuseSpecial(`${folder.path}/${name}`, stat)
    const bytes = await readAll(file, name, FILE_BYTES)
    const artifact = createHash('sha256').update(bytes).digest('hex')
    return { artifact, bytes: bytes.byteLength, ...((stat.mode & 0o111n) === 0n ? {} : { executable: true }) }
  } finally {
    await file.close()
  }
}

export function isSameFile(one: SnapshotFile | undefined, other: SnapshotFile | undefined): boolean {
  return one?.artifact === other?.artifact && one?.executable === other?.executable
}

/** Calls `work` with the directory that a path is in, and its last name; with undefined where that directory is not there. */
export async function inFolderOf<Result>(
  top: ConfinedDirectory,
  path: string,
  work: (folder: ConfinedDirectory | undefined, name: string) => Promise<Result>,
  create = false,
): Promise<Result> {
  const steps = path.split('/')
  const name = steps.pop()!
  const opened: ConfinedDirectory[] = []
  try {
    let folder = top
    for (const step of steps) {
      const next = create ? await folder.enterOrCreate(step) : await folder.enter(step).catch(absent)
      if (!next) return await work(undefined, name)
      opened.push(next)
      folder = next
    }
    return await work(folder, name)
  } finally {
    for (const folder of opened.reverse()) await folder.close()
  }
}

function entryAt(top: ConfinedDirectory, path: string): Promise<SnapshotFile | undefined> {
  return inFolderOf(top, path, async (folder, name) => folder && readEntry(folder, name).catch(absent))
}

/** Undefined for what is not there. */
export function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
  return undefined
}

/** Nothing has been changed, or everything was put back. */
export function conflictWith(problems: readonly string[]): TroupeError {
  const named = firstOf(problems, NAMED_PROBLEMS)
  return new TroupeError('PatchConflict', `the working tree has other changes, and is left as it is: ${named}`, {
    hint: 'commit or take back what you have changed there, and do it again',
  })
}
