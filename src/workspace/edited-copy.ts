// HOST. A copy of a snapshot that a program edits, and what it has changed there, as a patch. The copy is a git repository of
// its own, with one commit, since such programs look for one; nothing of the user's is in it. What git would ignore there
// (packages, caches, logs) is no part of the patch.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TroupeError } from '../contract/errors'
import { quote } from '../contract/json'
import { snapshotOfDirectory } from './directory-snapshot'
import { git } from './git'
import type { Artifacts, Patch, Snapshot } from './snapshot'
import { treeChanges } from './tree-changes'
import { withTemporaryDirectory, withWorkingCopy } from './working-copy'

/** What programs leave beside their work, whether or not the repository ignores it. */
const LEFT_BEHIND = ['.aider*', '__pycache__/', '*.pyc', '.pytest_cache/', 'node_modules/', '.DS_Store']

export interface EditedCopyOptions {
  artifacts: Artifacts
  start: Snapshot
  /** Patterns of git for new files that are no part of the work. */
  ignore?: readonly string[]
  /** Edits the files; what it throws goes on, and nothing of its work is taken. */
  edit(directory: string): Promise<void>
}

/** @throws TroupeError `PathRefused`, `OutputTooLarge`, `PatchConflict` for what cannot be in a snapshot */
export async function editedCopy({ artifacts, start, ignore = [], edit }: EditedCopyOptions): Promise<Patch> {
  return withWorkingCopy(artifacts, start, async (directory) => {
    await makeRepository(directory)
    await edit(directory)
    const kept = await keptPaths(directory, start, [...LEFT_BEHIND, ...ignore])
    const after = await snapshotOfDirectory(artifacts, directory, undefined, (path) => kept.has(path))
    return patchOf(start, after)
  })
}

export function patchOf(before: Snapshot, after: Snapshot): Patch {
  const changes = treeChanges(before, after)
  return {
    write: Object.fromEntries(changes.flatMap(({ path, to }) => (to ? [[path, to]] : []))),
    remove: changes.flatMap(({ path, to }) => (to ? [] : [path])),
  }
}

async function makeRepository(directory: string): Promise<void> {
  await git(['init', '-q', '--template=', '-b', 'main'], { directory })
  for (const setting of ['user.name=Troupe', 'user.email=troupe@localhost']) {
    await git(['config', ...setting.split('=')], { directory })
  }
  await git(['add', '-A', '-f'], { directory })
  await git(['commit', '-q', '--allow-empty', '-m', 'As it was'], { directory })
}

/**
 * Files and directories that count: all that were there, and of the new ones those that git does not ignore. Judged by a
 * repository that the program has never seen.
 */
async function keptPaths(directory: string, start: Snapshot, ignore: readonly string[]): Promise<Set<string>> {
  const listed = await withTemporaryDirectory(async (own) => {
    await git(['init', '-q', '--template=', '--bare', own], { directory: own })
    await writeFile(join(own, 'left-behind'), ignore.map((pattern) => `${pattern}\n`).join(''))
    const repository = [`--git-dir=${own}`, `--work-tree=${directory}`, '-c', 'core.bare=false']
    const settings = ['-c', `core.excludesFile=${join(own, 'left-behind')}`]
    return git([...repository, ...settings, 'ls-files', '--others', '--exclude-standard', '-z'], { directory })
  })
  const found = listed.toString('utf8').split('\0')
  const inner = found.find((path) => path.endsWith('/'))
  if (inner !== undefined) {
    throw new TroupeError('PathRefused', `${quote(inner.slice(0, -1))} is a repository of its own, and cannot be taken`)
  }
  const kept = new Set<string>()
  for (const path of [...Object.keys(start.files), ...found]) {
    const steps = path.split('/')
    for (let end = 1; end <= steps.length; end++) kept.add(steps.slice(0, end).join('/'))
  }
  kept.delete('')
  return kept
}
