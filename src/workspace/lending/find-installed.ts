// HOST. Finds what can be lent: directories of packages beside the manifests of a repository, and caches of its tools. By names
// that are fixed, never by what a file says.
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { LENT_DIRECTORIES } from '../limits'
import type { Snapshot } from '../snapshot'
import { fileAt } from '../snapshots'
import { TOOL_CACHES } from './tool-caches'
import { CACHE_TOOLS, type CacheTool, type Installed } from './lending'
import { packageDirectories } from './package-directories'

const MANIFESTS: Readonly<Record<CacheTool, string>> = { go: 'go.mod', cargo: 'Cargo.toml' }

/**
 * What is installed beside the files of a commit; undefined for nothing. What is under version control itself is in the
 * snapshot, and not lent.
 */
export async function findInstalled(
  directory: string,
  { commit, snapshot }: { commit: string; snapshot: Snapshot },
): Promise<Installed | undefined> {
  const paths: string[] = []
  for (const path of packageDirectories(snapshot)) {
    // One more than are lent, so that whoever lends them says that there are
    if (paths.length <= LENT_DIRECTORIES && (await isThere(join(directory, path)))) paths.push(path)
  }
  const tools: CacheTool[] = []
  for (const tool of CACHE_TOOLS) if (fileAt(snapshot, MANIFESTS[tool]) && (await TOOL_CACHES[tool]())) tools.push(tool)
  return paths.length + tools.length === 0 ? undefined : { directory, commit, paths, tools }
}

/** Also as a link: whoever lends it refuses that, and says so. */
async function isThere(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  return found !== undefined && (found.isDirectory() || found.isSymbolicLink())
}
