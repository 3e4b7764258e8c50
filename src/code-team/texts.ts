// TEAM. Files of snapshots as texts for models: whole, or refused with their count. What is no text, or what nobody writes by
// hand, is named with its size.
import { requireTokens, tokenCounter } from '../agents/models/count-tokens'
import type { Artifacts, Snapshot, SnapshotFile } from '../workspace/snapshot'
import { EMPTY_SNAPSHOT, loadSnapshot, readText } from '../workspace/snapshots'
import type { Inventory } from './map/inventory'
import { leftOutByPath, leftOutByText } from './map/left-out'
import { inventoryOf, repositoryMap } from './map/repository-map'
import { INTRODUCTION_TOKENS, MODULE_TOKENS } from './token-limits'

/** More bytes than tokens of source code have: what is larger is refused by its bytes, without being read. */
const MOST_BYTES_A_TOKEN = 16
/** What tells most about a repository, the first first. */
const INTRODUCTIONS = [
  /^readme(\.\w+)?$/i,
  /^(package\.json|pyproject\.toml|go\.mod|Cargo\.toml|Makefile)$/,
  /^contributing(\.\w+)?$/i,
]

/**
 * Path → text of what belongs to one module, in the order of paths.
 *
 * @throws TroupeError `TooManyTokens`
 */
export async function moduleTexts(
  artifacts: Artifacts,
  files: Readonly<Record<string, SnapshotFile>>,
  whose: string,
): Promise<Map<string, string>> {
  const read = Object.entries(files).filter(([path]) => leftOutByPath(path) === undefined)
  const bytes = read.reduce((sum, [, file]) => sum + file.bytes, 0)
  const limits = { limit: MODULE_TOKENS, hint: 'divide it into modules with fewer files' }
  requireTokens(whose, { tokens: Math.ceil(bytes / MOST_BYTES_A_TOKEN), ...limits })
  const texts = await textsOf(artifacts, files)
  const count = await tokenCounter()
  const tokens = [...texts.values()].reduce((sum, text) => sum + count(text), 0)
  requireTokens(whose, { tokens, ...limits })
  return texts
}

/** Path → text, in the order of paths. */
export async function textsOf(
  artifacts: Artifacts,
  files: Readonly<Record<string, SnapshotFile>>,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const path of Object.keys(files).sort()) {
    const { bytes } = files[path]!
    const left = leftOutByPath(path)
    const text = left === undefined ? await readText(artifacts, { files: { [path]: files[path]! } }, path) : ''
    const reason = left ?? leftOutByText(text)
    texts.set(path, reason === undefined ? text : `(${reason}, ${bytes} bytes, not shown)`)
  }
  return texts
}

export async function baseSnapshot(artifacts: Artifacts, base: string | undefined): Promise<Snapshot> {
  return base === undefined ? EMPTY_SNAPSHOT : loadSnapshot(artifacts, base)
}

/** An existing repository for those who plan: its map, and what introduces it in full. */
export async function describeRepository(
  artifacts: Artifacts,
  base: string | undefined,
  { budget, signal }: { budget: number; signal: AbortSignal },
): Promise<string | undefined> {
  if (base === undefined) return undefined
  const { text } = await repositoryMap(artifacts, base, { budget, signal })
  const { files } = await inventoryOf(artifacts, base, signal)
  const snapshot = await loadSnapshot(artifacts, base)
  let left = INTRODUCTION_TOKENS
  const introductions = INTRODUCTIONS.flatMap((name) => files.filter(({ path }) => name.test(path)))
  const parts: string[] = []
  for (const { path, tokens, estimated } of introductions) {
    // Too long to be shown beside the map, which has its size
    if (estimated || tokens > left) continue
    left -= tokens
    parts.push(`=== ${path}\n${await readText(artifacts, snapshot, path)}`)
  }
  return [text, ...parts].join('\n\n')
}

/**
 * An existing repository for the one coder that works on all of it: every file that people write, whole.
 *
 * @throws TroupeError `TooManyTokens`
 */
export async function wholeRepository(
  artifacts: Artifacts,
  base: string,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const inventory = await inventoryOf(artifacts, base, signal)
  requireOneCoder(inventory)
  const { files } = await loadSnapshot(artifacts, base)
  return textsOf(artifacts, Object.fromEntries(inventory.files.map(({ path }) => [path, files[path]!])))
}

/** @throws TroupeError `TooManyTokens` for a repository that is more than one coder takes */
export function requireOneCoder({ files }: Pick<Inventory, 'files'>): void {
  const tokens = files.reduce((sum, file) => sum + file.tokens, 0)
  const hint = 'let a team divide it: --mode team'
  requireTokens('the repository, which one coder is to work on,', { tokens, limit: MODULE_TOKENS, hint })
}
