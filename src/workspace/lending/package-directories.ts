// HOST. Where packages are installed beside the files of a repository: pure, by the names of its files alone.
import { dirname, join } from 'node:path'
import { folded } from '../paths'
import type { Snapshot } from '../snapshot'
import { PACKAGE_DIRECTORIES } from './lending'

/** Directories at the top and beside manifests, but for those that are under version control: these are files like others. */
export function packageDirectories({ files }: Snapshot): string[] {
  const kept = Object.keys(files)
  const folders = kept.filter((path) => /(^|\/)package\.json$/.test(path)).map((path) => dirname(path))
  const candidates = new Set([...PACKAGE_DIRECTORIES, ...folders.map((folder) => join(folder, 'node_modules'))])
  for (const path of kept) for (const directory of directoriesOf(path)) candidates.delete(directory)
  return [...candidates]
}

/**
 * Those of the paths where somebody's packages are, or will be. A file there would be hidden from every test by what is lent,
 * and once delivered it would take the place of the package, which git overwrites since it is ignored.
 */
export function amongPackages(base: Snapshot, paths: readonly string[]): string[] {
  const suspects = paths.filter((path) => directoriesOf(folded(path)).some((one) => NAMES.has(one.split('/').pop()!)))
  if (suspects.length === 0) return []
  const directories = new Set(packageDirectories(base).map(folded))
  return suspects.filter((path) => directoriesOf(folded(path)).some((directory) => directories.has(directory)))
}

const NAMES: ReadonlySet<string> = new Set(PACKAGE_DIRECTORIES)

/** The path itself and all that it lies in. */
function directoriesOf(path: string): string[] {
  return path.split('/').map((_, end, steps) => steps.slice(0, end + 1).join('/'))
}
