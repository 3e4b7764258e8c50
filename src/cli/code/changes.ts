// HOST. What a run of the code team has changed in a repository: the two sides of it, put into the working tree, and noted.
import type { CodeRun } from '../../code-team/report/code-run'
import { newestSnapshot } from '../../code-team/report/newest-snapshot'
import { baseSnapshot } from '../../code-team/texts'
import { TroupeError } from '../../contract/errors'
import type { RunKey } from '../../contract/messages'
import type { RecordStore, Store } from '../../storage/store'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { conflictWith, treeChanges } from '../../workspace/tree-changes'
import { changeWorkingTree, conflictsIn } from '../../workspace/working-tree'
import type { Delivered } from './deliver'
import { branchOf, type DeliveryPlace } from './inputs'
import { notePlaced, placedSoFar } from './placed'

/** What it began from (nothing, for a new program), and what it has come to. */
export async function sidesOf(artifacts: Artifacts, run: CodeRun): Promise<[before: Snapshot, after: Snapshot]> {
  const before = await baseSnapshot(artifacts, run.base)
  return [before, (await newestSnapshot(artifacts, run))?.snapshot ?? before]
}

/**
 * Changes the working tree of the repository that the run began from.
 *
 * @returns how many files were changed
 * @throws TroupeError `DeliveryRefused`; `PatchConflict` if the user has changed the same: then nothing is touched
 */
export async function applyChanges(
  run: CodeRun,
  { directory, commit }: DeliveryPlace,
  { key, store }: { key: RunKey; store: Store },
): Promise<number> {
  if (commit === undefined) {
    throw new TroupeError(
      'DeliveryRefused',
      `nothing is applied: ${directory} is no repository that the run began from`,
    )
  }
  if (!run.done) {
    throw new TroupeError('DeliveryRefused', `nothing is applied to ${directory}: the run is not done`, {
      hint: `what there is of it is on the branch: git diff HEAD...${branchOf(run.runId)}`,
    })
  }
  const { artifacts, records } = store
  const changes = treeChanges(...(await sidesOf(artifacts, run)))
  const conflicts = await conflictsIn(directory, changes)
  if (conflicts.length > 0) throw conflictWith(conflicts)
  // Before the first file: whoever dies in between leaves what can be taken back
  await notePlaced(records, key, { kind: 'applied', directory })
  try {
    return (await changeWorkingTree({ artifacts, directory, changes })).length
  } catch (error) {
    await notePlaced(records, key, { kind: 'taken-back', directory })
    throw error
  }
}

export async function noteBranch(
  records: RecordStore,
  key: RunKey,
  { directory, branch, commit }: Delivered,
): Promise<void> {
  if (branch === undefined || commit === undefined) return
  const known = (await placedSoFar(records, key)).branch
  if (known?.commit === commit && known.directory === directory) return
  await notePlaced(records, key, { kind: 'branch', directory, branch, commit })
}
