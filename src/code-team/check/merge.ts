// TEAM. All contributions as one snapshot: merged by ownership, and what cannot be merged becomes a problem of its author.
import { messageOf, asTroupeError } from '../../contract/errors'
import { applyPatches, type OwnedPatch } from '../../workspace/patches'
import type { Snapshot } from '../../workspace/snapshot'
import { ownerOfRole } from '../contributions'
import type { Architecture, CheckProblem, Contribution } from '../documents'

export interface Merged {
  snapshot: Snapshot
  problems: CheckProblem[]
}

export function mergeContributions(
  base: Snapshot,
  { modules }: Architecture,
  contributions: readonly Contribution[],
): Merged {
  const problems = contributions.flatMap(({ module, role, refusal }) =>
    refusal === undefined ? [] : [{ module, role, text: `what it answered was refused: ${refusal}` }],
  )
  let taken: OwnedPatch[] = []
  let snapshot = base
  // One by one, so that what does not fit is known by its author; the base stays the one of all
  for (const { module: name, role, patch } of contributions) {
    const module = modules.find((one) => one.name === name)
    if (!module) continue
    const more = [...taken, { ...ownerOfRole(module, role), patch }]
    try {
      snapshot = applyPatches(base, more)
      taken = more
    } catch (error) {
      if (!asTroupeError(error)) throw error
      problems.push({ module: name, role, text: messageOf(error) })
    }
  }
  return { snapshot, problems }
}
