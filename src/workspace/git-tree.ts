// HOST. The tree of a commit: its entries, and which of them can be in a snapshot.
import { TroupeError } from '../contract/errors'
import { FILE_BYTES } from './limits'
import { gitText, git } from './git'
import { pathProblem } from './paths'

export interface TreeEntry {
  /** `100644`, `100755`, `120000` for a symbolic link, `160000` for a submodule. */
  mode: string
  object: string
  bytes: number
  path: string
}

export interface LeftOut {
  path: string
  why: string
}

/** All entries of a commit, those that become files of a snapshot, and the others with the reason. */
export async function readTree(directory: string, commit: string): Promise<{ files: TreeEntry[]; leftOut: LeftOut[] }> {
  const listing = await git(['ls-tree', '-r', '-z', '-l', '--full-tree', commit], { directory })
  const files: TreeEntry[] = []
  const leftOut: LeftOut[] = []
  // As Latin-1: one character a byte, so that a path which is no UTF-8 does not pass for another.
  for (const line of listing.toString('latin1').split('\0')) {
    const [, mode = '', object = '', size = '', name = ''] = /^(\d+) \w+ ([0-9a-f]+) +(\S+)\t(.*)$/s.exec(line) ?? []
    if (name === '') continue
    const bytes = Buffer.from(name, 'latin1')
    if (mode.startsWith('100') && !/^\d+$/.test(size)) throw missing(bytes.toString('utf8'), object)
    const entry = { mode, object, bytes: Number(size), path: bytes.toString('utf8') }
    const why = Buffer.from(entry.path).equals(bytes) ? reasonToLeaveOut(entry) : 'its name is not UTF-8'
    if (why === undefined) files.push(entry)
    else leftOut.push({ path: entry.path, why })
  }
  return { files, leftOut }
}

/** The commit that HEAD names; undefined in a repository without one. */
export async function headCommit(directory: string): Promise<string | undefined> {
  return (
    (await gitText(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { directory }).catch(() => '')) || undefined
  )
}

function reasonToLeaveOut({ mode, bytes, path }: TreeEntry): string | undefined {
  if (mode === '120000') return 'it is a symbolic link'
  if (mode === '160000') return 'it is a submodule'
  if (mode !== '100644' && mode !== '100755' && mode !== '100664') return `its mode is ${mode}`
  if (bytes > FILE_BYTES) return `it has ${bytes.toLocaleString('en')} bytes`
  return pathProblem(path)
}

/** Of a file that the tree names, and this disk does not have. */
export function missing(path: string, object: string): TroupeError {
  return new TroupeError('CommandFailed', `git does not have the content of ${path} (${object}) on this disk`, {
    hint: 'a partial clone lacks files: clone it whole, or fetch them with git fetch --refetch',
  })
}
