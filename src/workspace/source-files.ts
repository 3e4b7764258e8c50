// HOST. The files of a directory as they lie on disk now, to be measured: of a git repository those that are not ignored. Links
// are not followed. Nothing is kept, and nothing is written.
import { lstat, readFile, readdir } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { TroupeError } from '../contract/errors'
import { inPortions } from '../contract/in-portions'
import { askGit } from './git'
import { PARALLEL_FILES } from './limits'

export interface ListedFile {
  /** From the directory, with `/` between names. */
  path: string
  bytes: number
  read(): Promise<string>
}

/** Files that are listed: more take minutes, and no advice is worth those. */
const LISTED_FILES = 200_000

/** @throws TroupeError `InvalidUsage` for what is no directory, or has too many files */
export async function sourceFiles(directory: string): Promise<{ files: ListedFile[]; ignored: number }> {
  const top = resolve(directory)
  const stat = await lstat(top).catch(() => undefined)
  if (!stat?.isDirectory()) {
    throw new TroupeError('InvalidUsage', `${directory} is no directory`, { hint: 'name one that is there' })
  }
  const known = await knownToGit(top)
  const paths = known?.paths ?? (await walk(top))
  if (paths.length > LISTED_FILES) {
    const count = LISTED_FILES.toLocaleString('en')
    throw new TroupeError('InvalidUsage', `${directory} has more than ${count} files`, { hint: 'name a part of it' })
  }
  const found = await inPortions(paths, PARALLEL_FILES, async (path) => {
    const full = join(top, path)
    const entry = await lstat(full).catch(() => undefined)
    if (!entry?.isFile()) return undefined
    return { path, bytes: entry.size, read: () => readFile(full, 'utf8') }
  })
  return { files: found.filter((file) => file !== undefined), ignored: known?.ignored ?? 0 }
}

/** Undefined outside of repositories, and where there is no git. */
async function knownToGit(directory: string): Promise<{ paths: string[]; ignored: number } | undefined> {
  const top = await repositoryOf(directory)
  if (top === undefined) return undefined
  const within = relative(top, directory).split(sep).join('/')
  const list = async (...which: string[]): Promise<string[] | undefined> => {
    const place = ['--', within === '' ? '.' : within]
    const answer = await askGit(['ls-files', '-z', '--exclude-standard', ...which, ...place], { directory: top })
    if (answer.exitCode !== 0) return undefined
    const paths = answer.stdout.toString().split('\0').filter(Boolean)
    return [...new Set(paths)].map((path) => (within === '' ? path : path.slice(within.length + 1)))
  }
  const paths = await list('--cached', '--others').catch(() => undefined)
  if (!paths) return undefined
  // A directory that is ignored as a whole counts as one
  const ignored = await list('--others', '--ignored', '--directory').catch(() => undefined)
  return { paths, ignored: ignored?.length ?? 0 }
}

async function repositoryOf(directory: string): Promise<string | undefined> {
  for (let place = directory; ; place = dirname(place)) {
    if (await lstat(join(place, '.git')).catch(() => undefined)) return place
    if (place === dirname(place)) return undefined
  }
}

async function walk(top: string): Promise<string[]> {
  const paths: string[] = []
  const open = ['']
  while (open.length > 0 && paths.length <= LISTED_FILES) {
    const folder = open.pop()!
    for (const entry of await readdir(join(top, folder), { withFileTypes: true })) {
      const path = folder + entry.name
      if (entry.isDirectory() && entry.name !== '.git') open.push(`${path}/`)
      else if (entry.isFile()) paths.push(path)
    }
  }
  return paths
}
