// HOST. Patches of parallel owners become one snapshot. Each may change its own paths only, and no two the same one: what
// two agents did at the same time is never mixed by chance.
import { TroupeError } from '../contract/errors'
import { amongPackages } from './lending/package-directories'
import { NAMED_PROBLEMS } from './limits'
import { collisions, EVERYTHING, isOwned, pathProblem } from './paths'
import type { Patch, Snapshot, SnapshotFile } from './snapshot'
import { checkFile, checkSnapshot } from './snapshots'

/** A patch, who made it, and what that owner may change: files, directories ending in `/`, or `/` for everything. */
export interface OwnedPatch {
  owner: string
  paths: readonly string[]
  patch: Patch
}

/**
 * The base with all patches in it; the base is not changed.
 *
 * @throws TroupeError `PathRefused` for a path that is bad or not the owner's; `PatchConflict` for one that two changed, or
 * files that cannot be beside each other; `OutputTooLarge`
 */
export function applyPatches(base: Snapshot, patches: readonly OwnedPatch[]): Snapshot {
  const refused = refusedPaths(base, patches)
  if (refused.length > 0) {
    throw new TroupeError('PathRefused', named(refused), { hint: 'change only files that are yours' })
  }
  const conflicts = conflictsOf(base, patches)
  if (conflicts.length > 0) {
    throw new TroupeError('PatchConflict', named(conflicts), { hint: 'let one owner change each file' })
  }
  return checkSnapshot({ files: merged(base, patches) })
}

/** All that `applyPatches` would refuse of paths, as texts for the agent that is to correct it. */
export function ownershipProblems(base: Snapshot, patches: readonly OwnedPatch[]): string[] {
  const refused = refusedPaths(base, patches)
  return refused.length > 0 ? refused : conflictsOf(base, patches)
}

/** Texts that name owners whose paths overlap: one would be able to change what is the other's. */
export function ownerOverlaps(owners: readonly Pick<OwnedPatch, 'owner' | 'paths'>[]): string[] {
  const contains = (outer: string, inner: string) =>
    outer === EVERYTHING || outer === inner || (outer.endsWith('/') && inner.startsWith(outer))
  return owners.flatMap(({ owner, paths }, index) =>
    owners
      .slice(index + 1)
      .flatMap((other) =>
        paths.flatMap((path) =>
          other.paths
            .filter((theirs) => contains(path, theirs) || contains(theirs, path))
            .map((theirs) => `"${path}" of ${owner} and "${theirs}" of ${other.owner} overlap`),
        ),
      ),
  )
}

function refusedPaths(base: Snapshot, patches: readonly OwnedPatch[]): string[] {
  return patches.flatMap(({ owner, paths, patch }) => {
    const packages = new Set(amongPackages(base, Object.keys(patch.write)))
    return changed(patch).flatMap((path) => {
      const problem = pathProblem(path)
      if (problem !== undefined) return [`${owner} may not change ${JSON.stringify(path)}: ${problem}`]
      if (packages.has(path)) return [`${owner} may not change "${path}": packages are installed there`]
      if (isOwned(path, paths)) return []
      return [`${owner} may not change "${path}": it owns ${paths.map((one) => `"${one}"`).join(', ') || 'nothing'}`]
    })
  })
}

function conflictsOf(base: Snapshot, patches: readonly OwnedPatch[]): string[] {
  const owners = new Map<string, string>()
  const twice: string[] = []
  for (const { owner, patch } of patches) {
    for (const path of changed(patch)) {
      const other = owners.get(path)
      if (other === undefined) owners.set(path, owner)
      else if (other === owner) twice.push(`${owner} changes "${path}" twice`)
      else twice.push(`${other} and ${owner} both change "${path}"`)
    }
  }
  return twice.length > 0 ? twice : collisions(Object.keys(merged(base, patches)))
}

function merged(base: Snapshot, patches: readonly OwnedPatch[]): Record<string, SnapshotFile> {
  const files = { ...base.files }
  for (const { patch } of patches) for (const path of patch.remove) delete files[path]
  for (const { patch } of patches) {
    for (const [path, file] of Object.entries(patch.write)) files[path] = checkFile(path, file)
  }
  return files
}

function changed(patch: Patch): string[] {
  return [...Object.keys(patch.write), ...patch.remove]
}

function named(problems: readonly string[]): string {
  const more = problems.length - NAMED_PROBLEMS
  return problems.slice(0, NAMED_PROBLEMS).join('; ') + (more > 0 ? `; and ${more} more` : '')
}
