// HOST. An existing git repository: its last commit as a snapshot, and a snapshot as a branch of it. Only objects and one
// new reference are written: HEAD, index and working tree stay as they are, whatever state they are in.
import { createHash } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { TroupeError } from '../contract/errors'
import { quote } from '../contract/json'
import { askGit, git, gitText } from './git'
import { headCommit, missing, readTree, type LeftOut, type TreeEntry } from './git-tree'
import { GIT_BATCH_BYTES } from './limits'
import { checkPath, collisions } from './paths'
import type { Artifacts, Snapshot, SnapshotFile } from './snapshot'
import { checkSnapshot, readBytes, storeFile } from './snapshots'
import { withTemporaryDirectory } from './working-copy'

export interface BranchOptions {
  artifacts: Artifacts
  /** The top of the repository. */
  directory: string
  /** The commit that the snapshot began from. */
  base: string
  snapshot: Snapshot
  /** Its short name: `troupe/code-x1y2`. */
  branch: string
  message: string
  /** Texts that are in the branch besides the snapshot: the report. They replace files of the same path. */
  files?: Record<string, string>
}

/** Whether a directory is the top of a repository with a working tree. */
export async function isRepositoryTop(directory: string): Promise<boolean> {
  const own = await lstat(join(directory, '.git')).catch(() => undefined)
  if (!own) return false
  const answer = await askGit(['rev-parse', '--is-inside-work-tree', '--show-cdup'], { directory })
  return answer.exitCode === 0 && answer.stdout.toString().trim() === 'true'
}

/**
 * The last commit and its files. What cannot be in a snapshot (links, submodules, names that not every system takes) is left
 * out and named; a branch made later still has it.
 *
 * @throws TroupeError `DeliveryRefused` for a repository without a commit; `OutputTooLarge`; `PatchConflict` for files whose
 * names are one on some systems
 */
export async function readHead(
  artifacts: Artifacts,
  directory: string,
): Promise<{ commit: string; snapshot: Snapshot; leftOut: LeftOut[] }> {
  const commit = await headCommit(directory)
  if (commit === undefined) {
    throw new TroupeError('DeliveryRefused', `the repository ${directory} has no commit yet`, {
      hint: 'make a first commit, or name a new or empty directory',
    })
  }
  const { files, leftOut } = await readTree(directory, commit)
  const placeholder = '0'.repeat(64)
  // Refused for its size before anything is read.
  checkSnapshot({ files: Object.fromEntries(files.map(({ path, bytes }) => [path, { artifact: placeholder, bytes }])) })
  const found: Record<string, SnapshotFile> = {}
  for (const batch of batchesOf(files)) {
    const contents = await readObjects(directory, batch)
    for (const [index, { path, mode }] of batch.entries()) {
      found[path] = await storeFile(artifacts, contents[index] ?? Buffer.alloc(0), mode === '100755')
    }
  }
  return { commit, snapshot: checkSnapshot({ files: found }), leftOut }
}

/**
 * Makes a branch with one commit on top of the base. Made once: the same again is no error, and gives the same commit.
 *
 * @returns the commit
 * @throws TroupeError `DeliveryRefused` if the branch is there with something else in it; `PatchConflict` if a file stands
 * where the base has a link or a submodule
 */
export async function createBranch(options: BranchOptions): Promise<string> {
  const { directory, base, branch, message } = options
  const reference = `refs/heads/${branch}`
  if (branch.includes('\0') || (await askGit(['check-ref-format', reference], { directory })).exitCode !== 0) {
    throw new TroupeError('DeliveryRefused', `${quote(branch)} is no name for a branch`)
  }
  const tree = await writeTree(options)
  const existing = await branchWith(directory, reference, tree, base)
  if (existing === 'other') throw taken(directory, branch)
  if (existing !== undefined) return existing
  const commit = await gitText(['commit-tree', tree, '-p', base, '-F', '-'], { directory, input: message })
  const absent = '0'.repeat(commit.length)
  const made = await askGit(['update-ref', '--no-deref', reference, commit, absent], { directory })
  if (made.exitCode === 0) return commit
  // Another process may have been quicker; or a branch stands in the way whose name is the beginning of this one's.
  const meanwhile = await branchWith(directory, reference, tree, base)
  if (meanwhile === undefined || meanwhile === 'other') throw taken(directory, branch, made.stderr)
  return meanwhile
}

/** The commit of a branch that has this tree and this parent only; `other` if it has something else. */
async function branchWith(
  directory: string,
  reference: string,
  tree: string,
  base: string,
): Promise<string | undefined> {
  const known = await askGit(['show-ref', '--verify', '--quiet', reference], { directory })
  if (known.exitCode !== 0) return undefined
  const parts = ['', '^{tree}', '^@'].map((part) => reference + part)
  const [commit, ...rest] = (await gitText(['rev-parse', ...parts], { directory })).split('\n')
  return rest.join(' ') === `${tree} ${base}` ? commit : 'other'
}

async function writeTree({ artifacts, directory, base, snapshot, files = {} }: BranchOptions): Promise<string> {
  const before = await readTree(directory, base)
  const known = new Map(before.files.map((entry) => [entry.path, entry]))
  const after = checkSnapshot({ files: { ...snapshot.files } })
  const paths = new Set([...Object.keys(after.files), ...Object.keys(files).map(checkPath)])
  refuseReplaced(before.leftOut, paths)
  const format = (await gitText(['rev-parse', '--show-object-format'], { directory })) === 'sha256' ? 'sha256' : 'sha1'

  const removed = before.files.filter(({ path }) => !paths.has(path))
  const lines = removed.map(({ path }) => `0 ${'0'.repeat(base.length)}\t${path}\0`)
  for (const path of paths) {
    const text = Object.hasOwn(files, path) ? files[path] : undefined
    const bytes = text === undefined ? await readBytes(artifacts, after, path) : Buffer.from(text)
    const mode = text === undefined && after.files[path]?.executable ? '100755' : '100644'
    const old = known.get(path)
    const object = objectName(bytes, format)
    if (old?.object === object && (old.mode === '100755') === (mode === '100755')) continue
    if (old?.object !== object) await git(['hash-object', '-w', '--no-filters', '--stdin'], { directory, input: bytes })
    lines.push(`${mode} ${object}\t${path}\0`)
  }
  return withTemporaryDirectory(async (temporary) => {
    const index = join(temporary, 'index')
    await git(['read-tree', base], { directory, index })
    await git(['update-index', '-z', '--index-info'], { directory, index, input: lines.join('') })
    return gitText(['write-tree'], { directory, index })
  })
}

/** What a snapshot left out is not to be replaced by a file that was written without seeing it. */
function refuseReplaced(leftOut: readonly LeftOut[], paths: ReadonlySet<string>): void {
  const hidden = new Map(leftOut.map(({ path, why }) => [path, why]))
  const same = [...paths].find((path) => hidden.has(path))
  const problem =
    same === undefined
      ? collisions([...hidden.keys(), ...paths])[0]
      : `"${same}" is in the repository: ${hidden.get(same)}`
  if (problem === undefined) return
  throw new TroupeError('PatchConflict', `a file cannot be put into the branch: ${problem}`, {
    hint: 'links, submodules and oddly named files of a repository stay as they are: choose other paths',
  })
}

async function readObjects(directory: string, entries: readonly TreeEntry[]): Promise<Buffer[]> {
  const output = await git(['cat-file', '--batch'], {
    directory,
    input: entries.map(({ object }) => `${object}\n`).join(''),
  })
  let position = 0
  return entries.map(({ object, bytes, path }) => {
    const begin = output.indexOf(10, position) + 1
    if (output.toString('latin1', position, begin - 1) !== `${object} blob ${bytes}`) {
      throw missing(path, object)
    }
    position = begin + bytes + 1
    return output.subarray(begin, begin + bytes)
  })
}

function* batchesOf(entries: readonly TreeEntry[]): Generator<TreeEntry[]> {
  let batch: TreeEntry[] = []
  let bytes = 0
  for (const entry of entries) {
    if (batch.length > 0 && bytes + entry.bytes > GIT_BATCH_BYTES) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(entry)
    bytes += entry.bytes
  }
  if (batch.length > 0) yield batch
}

/** Git's own name for a file's bytes. */
function objectName(bytes: Uint8Array, format: 'sha1' | 'sha256'): string {
  return createHash(format).update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex')
}

function taken(directory: string, branch: string, said = 'it holds something else'): TroupeError {
  return new TroupeError('DeliveryRefused', `the branch ${branch} cannot be made in ${directory}: ${said}`, {
    hint: `look at it with "git log ${branch}"; remove or rename it, and deliver again`,
  })
}
