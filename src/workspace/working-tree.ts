// HOST. Changes to somebody's working tree, while they work in it: all of them or none, and never over what they have done.
// Each file that is to go is moved aside first and looked at there, and each new one takes its place only if nothing has it:
// whatever is saved in between is found, and everything is put back.
import { realpath } from 'node:fs/promises'
import { checkPath } from './paths'
import { ConfinedDirectory } from './confined-directory'
import type { Artifacts } from './snapshot'
import { StagedChanges } from './staged-changes'
import { notPutBack, repairLeftovers, stagingPlace, withStaging, type KeptFile } from './staging'
import { conflictWith, standingOf, type TreeChange } from './tree-changes'

export interface WorkingTreeOptions {
  artifacts: Artifacts
  /** The top of the tree. */
  directory: string
  changes: readonly TreeChange[]
}

/**
 * Makes changes in a working tree. Files that are as they will be already are left alone, so that what a killed process has
 * begun is finished by doing it again.
 *
 * @returns the paths that were changed
 * @throws TroupeError `PatchConflict` naming every file that is neither as before nor as after: then nothing is changed.
 * `DeliveryRefused` where there is no git directory, where its file system cannot exchange files, or where something of the
 * user's could not be put back: the message says where it is kept
 */
export async function changeWorkingTree({ artifacts, directory, changes }: WorkingTreeOptions): Promise<string[]> {
  const target = await realpath(directory)
  for (const { path } of changes) checkPath(path)
  const place = await stagingPlace(target)
  await repairLeftovers(target, place)
  const top = await ConfinedDirectory.open(target)
  try {
    const open = await stillOpen(top, changes)
    if (open.length === 0) return []
    await withStaging(place, async (folder) =>
      carryOut(await StagedChanges.prepare({ artifacts, top, folder, changes: open }), open),
    )
    return open.map(({ path }) => path)
  } finally {
    await top.close()
  }
}

/** Whether and why changes cannot be made, before anything is. */
export async function conflictsIn(directory: string, changes: readonly TreeChange[]): Promise<string[]> {
  const target = await realpath(directory)
  await repairLeftovers(target, await stagingPlace(target))
  const top = await ConfinedDirectory.open(target)
  try {
    return (await look(top, changes)).conflicts
  } finally {
    await top.close()
  }
}

async function stillOpen(top: ConfinedDirectory, changes: readonly TreeChange[]): Promise<readonly TreeChange[]> {
  const { conflicts, open } = await look(top, changes)
  if (conflicts.length > 0) throw conflictWith(conflicts)
  return open
}

async function look(
  top: ConfinedDirectory,
  changes: readonly TreeChange[],
): Promise<{ conflicts: string[]; open: TreeChange[] }> {
  const conflicts: string[] = []
  const open: TreeChange[] = []
  for (const change of changes) {
    const standing = await standingOf(top, change)
    if (standing.is === 'other') conflicts.push(`"${change.path}": ${standing.why}`)
    else if (standing.is === 'from') open.push(change)
  }
  return { conflicts, open }
}

async function carryOut(staged: StagedChanges, changes: readonly TreeChange[]): Promise<void> {
  const begun: number[] = []
  try {
    for (const [place, change] of changes.entries()) {
      begun.push(place)
      await staged.exchange(place, change)
    }
    // An editor that had a file open may have written into what was moved aside
    for (const [place, change] of changes.entries()) await staged.checkAside(place, change)
    for (const { path, to } of changes) if (!to) await staged.removeEmpty(path)
  } catch (error) {
    const kept: KeptFile[] = []
    for (const place of begun.reverse()) {
      const { path } = changes[place]!
      if (!(await staged.putBack(place, changes[place]!))) kept.push({ place, path })
    }
    if (kept.length > 0) throw notPutBack(staged.aside.path, kept, error)
    throw error
  } finally {
    await staged.close()
  }
}
