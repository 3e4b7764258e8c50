// TEAM. Files of snapshots as texts for models, within bounds: what no model reads with care is left out, and said to be.
import type { Artifacts, Snapshot, SnapshotFile } from '../workspace/snapshot'
import { EMPTY_SNAPSHOT, loadSnapshot, readText } from '../workspace/snapshots'

/** Bytes of one file that is shown. */
const FILE_BYTES = 100_000
/** Bytes of all files that one agent is shown of a module or of what it imports. */
const MODULE_BYTES = 400_000
/** Paths of a repository that are named. */
const LISTED_PATHS = 2_000
/** What tells most about a repository, first. */
const FIRST = /^(readme(\.\w+)?|package\.json|pyproject\.toml|contributing(\.\w+)?)$/i

/** Path → text, in the order of paths. */
export async function textsOf(
  artifacts: Artifacts,
  files: Readonly<Record<string, SnapshotFile>>,
  budget = MODULE_BYTES,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  let left = budget
  for (const path of Object.keys(files).sort()) {
    const { bytes } = files[path]!
    if (bytes > Math.min(FILE_BYTES, left)) {
      texts.set(path, `(${bytes} bytes, not shown)`)
      continue
    }
    const text = await readText(artifacts, { files: { [path]: files[path]! } }, path)
    texts.set(path, text.includes('\0') ? '(no text)' : text)
    left -= bytes
  }
  return texts
}

export async function baseSnapshot(artifacts: Artifacts, base: string | undefined): Promise<Snapshot> {
  return base === undefined ? EMPTY_SNAPSHOT : loadSnapshot(artifacts, base)
}

/** An existing repository for those who plan: its paths, and as many of its files as `budget` bytes hold. */
export async function describeRepository(
  artifacts: Artifacts,
  base: string | undefined,
  budget: number,
): Promise<string | undefined> {
  if (base === undefined) return undefined
  const { files } = await loadSnapshot(artifacts, base)
  const paths = Object.keys(files).sort((a, b) => Number(FIRST.test(b)) - Number(FIRST.test(a)) || (a < b ? -1 : 1))
  const more = paths.length - LISTED_PATHS
  const list = [...paths.slice(0, LISTED_PATHS), ...(more > 0 ? [`… and ${more} more`] : [])]
  let left = budget
  const shown: Record<string, SnapshotFile> = {}
  for (const path of paths) {
    const { bytes } = files[path]!
    if (bytes > Math.min(left, budget / 4)) continue
    shown[path] = files[path]!
    left -= bytes
  }
  const texts = await textsOf(artifacts, shown, budget)
  return [`Paths:`, ...list, '', ...[...texts].flatMap(([path, text]) => [`=== ${path}`, text])].join('\n')
}
