// The files below a folder: what git knows and does not ignore, or else all but what nobody wrote by hand.
import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { TroupeError } from 'troupe'

const run = promisify(execFile)

/** Folders that a walk leaves out: what tools put there. */
const SKIPPED = new Set(['.git', '.hg', '.svn', 'node_modules'])
/** Bytes of names that git may print: some millions of files. */
const LISTING_BYTES = 512 * 1024 * 1024

/**
 * Paths relative to `root`, with `/`, sorted.
 *
 * @throws TroupeError `InvalidPayload` if there is no such folder
 */
export async function listFiles(root: string, signal: AbortSignal): Promise<string[]> {
  await assertFolder(root)
  const files = (await listByGit(root, signal)) ?? (await walk(root, signal))
  return [...new Set(files)].sort()
}

async function assertFolder(root: string): Promise<void> {
  const stats = await stat(root).catch(() => undefined)
  if (stats?.isDirectory()) return
  const message = stats ? `"${root}" is a file, not a folder` : `there is no folder "${root}"`
  throw new TroupeError('InvalidPayload', message, { hint: 'set the input "dir" to a folder' })
}

/** Undefined where git has nothing to say: no git, no repository, or a folder that the repository ignores. */
async function listByGit(root: string, signal: AbortSignal): Promise<string[] | undefined> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', root, ...args], { signal, maxBuffer: LISTING_BYTES })
    return stdout
  }
  try {
    // Names end in NUL: they may hold anything else
    const names = await git('ls-files', '-z', '--cached', '--others', '--exclude-standard')
    if (names !== '') return names.split('\0').slice(0, -1)
    await git('check-ignore', '--quiet', '.')
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    // check-ignore says 1 where nothing is ignored: an empty folder of a repository
    return (error as { code?: unknown }).code === 1 ? [] : undefined
  }
}

async function walk(root: string, signal: AbortSignal): Promise<string[]> {
  const files: string[] = []
  const folders = ['']
  for (const folder of folders) {
    signal.throwIfAborted()
    // A folder that may not be read is none of ours
    const entries = await readdir(`${root}/${folder}`, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) folders.push(`${folder}${entry.name}/`)
      else if (entry.isFile()) files.push(`${folder}${entry.name}`)
    }
  }
  return files
}
