// TEAM. The map of a snapshot. A snapshot never changes: its inventory is kept for those who ask for it next.
import { tokenCounter } from '../../agents/models/count-tokens'
import { loadSnapshot, readText } from '../../workspace/snapshots'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { takeInventory, type Inventory, type SourceFile } from './inventory'
import { renderMap, type RepositoryMap } from './render-map'

/** Inventories that are kept: those of the repositories that one worker works on at a time. */
const KEPT = 4
const kept = new Map<string, Inventory>()

/** @throws TroupeError `TooManyTokens` where not even its directories fit */
export async function repositoryMap(
  artifacts: Artifacts,
  base: string,
  { budget, signal }: { budget: number; signal: AbortSignal },
): Promise<RepositoryMap> {
  return renderMap(await inventoryOf(artifacts, base, signal), budget, await tokenCounter())
}

/** Of the stored snapshot of this name. */
export async function inventoryOf(artifacts: Artifacts, base: string, signal: AbortSignal): Promise<Inventory> {
  // Only what is finished is kept: one execution's abort is not another's
  const found =
    kept.get(base) ?? (await takeInventory(sourcesOf(artifacts, await loadSnapshot(artifacts, base)), { signal }))
  kept.delete(base)
  kept.set(base, found)
  for (const oldest of [...kept.keys()].slice(0, -KEPT)) kept.delete(oldest)
  return found
}

export function sourcesOf(artifacts: Artifacts, snapshot: Snapshot): SourceFile[] {
  return Object.entries(snapshot.files).map(([path, { bytes }]) => ({
    ...{ path, bytes },
    read: () => readText(artifacts, snapshot, path),
  }))
}
