// HOST. What is lent to commands that work on a copy of a repository: packages that are installed beside the original, and are
// under nobody's version control. Read-only, and only what a package manager has put there.

/** Names of directories that package managers fill beside a manifest. */
export const PACKAGE_DIRECTORIES: readonly string[] = ['node_modules', '.venv', 'venv']
/** Tools whose packages lie in a cache of the user, of all projects together. */
export const CACHE_TOOLS = ['go', 'cargo'] as const
export type CacheTool = (typeof CACHE_TOOLS)[number]

/** What was found beside a repository, as a run names it: whoever lends it looks again. */
export interface Installed {
  /** Absolute: the top of the repository. */
  directory: string
  /** A commit of it, by which another repository at the same place is known to be another. */
  commit: string
  /** Relative: `node_modules`, `packages/a/node_modules`. */
  paths: string[]
  tools: CacheTool[]
}

export interface LentEntry {
  name: string
  /** Where it leads, if it is a link. */
  link?: string
}

export interface Lent {
  /** A directory, absolute. */
  from: string
  /** Where a command finds it: relative to its working directory, or absolute. */
  to: string
  /** Directories in it that are empty and in memory instead: caches, which tools write, and which hold what they have read. */
  emptied?: readonly string[]
  /** Files in it that are empty instead: they may hold secrets. */
  blanked?: readonly string[]
  /** If given, what there is of it, each read-only: the directory itself is in memory, and others can be made in it. */
  entries?: readonly LentEntry[]
}

/** Options of a sandboxed command, and what could not be lent, a sentence each. */
export interface Lending {
  lend: Lent[]
  env: Record<string, string>
  /** Where the working directory is found as well: absolute. */
  alias?: string
  missing: string[]
}

export const NOTHING_LENT: Lending = { lend: [], env: {}, missing: [] }
