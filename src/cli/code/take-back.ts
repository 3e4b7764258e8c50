// HOST. The way back of a run of the code team: its changes go out of the working tree, and its branch is removed. Both are
// looked at first: where the user has changed the same since, nothing is done at all.
import type { RunOutcome } from '../../client/outcome'
import { codeRunOf } from '../../code-team/report/code-run'
import { TroupeError } from '../../contract/errors'
import type { RunKey } from '../../contract/messages'
import type { Store } from '../../storage/store'
import { branchProblem, removeBranch, type MadeBranch } from '../../workspace/branch'
import { conflictWith, reversed, treeChanges, type TreeChange } from '../../workspace/tree-changes'
import { changeWorkingTree, conflictsIn } from '../../workspace/working-tree'
import { sidesOf } from './changes'
import { notePlaced, placedSoFar } from './placed'

/** What would be taken back, after it was found that it can be. */
export interface TakingBack {
  /** Of the working tree; those that are as before already are among them. */
  files?: { directory: string; changes: TreeChange[] }
  branch?: MadeBranch
}

/** @throws TroupeError `DeliveryRefused` if there is nothing; `PatchConflict`, `DeliveryRefused` where it was changed since */
export async function planTakingBack(
  outcome: RunOutcome,
  { key, inputs, store }: { key: RunKey; inputs: unknown; store: Store },
): Promise<TakingBack> {
  const { branch, applied } = await placedSoFar(store.records, key)
  if (!branch && !applied) {
    throw new TroupeError('DeliveryRefused', `there is nothing of the run "${outcome.runId}" to take back`, {
      hint: 'no branch and no working tree has anything of it; a directory that it was delivered to is yours to remove',
    })
  }
  const problem = branch && (await branchProblem(branch))
  if (problem !== undefined) {
    throw new TroupeError('DeliveryRefused', `nothing is taken back: ${problem}`, { hint: 'what is yours there stays' })
  }
  const standing = branch ? { branch } : {}
  if (!applied) return standing
  const { directory } = applied
  const changes = reversed(treeChanges(...(await sidesOf(store.artifacts, codeRunOf({ ...outcome, inputs })))))
  const conflicts = await conflictsIn(directory, changes)
  if (conflicts.length > 0) throw conflictWith(conflicts)
  return { files: { directory, changes }, ...standing }
}

/** The working tree first: the branch still has all of it, should that fail. */
export async function takeBack(
  { files, branch }: TakingBack,
  { key, store }: { key: RunKey; store: Store },
): Promise<{ files: string[]; branch?: string }> {
  const { artifacts, records } = store
  const changed = files ? await changeWorkingTree({ artifacts, ...files }) : []
  if (files) await notePlaced(records, key, { kind: 'taken-back', directory: files.directory })
  const removed = branch !== undefined && (await removeBranch(branch))
  if (branch) await notePlaced(records, key, { ...branch, kind: 'branch-removed' })
  return { files: changed, ...(removed ? { branch: branch.branch } : {}) }
}
