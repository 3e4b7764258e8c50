// HOST. A snapshot becomes files on disk, in a directory that holds nothing else. Every directory on the way is made here
// and held open, so that nothing that is put into it meanwhile can lead a file elsewhere.
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfinedDirectory, refused } from './confined-directory'
import { PARALLEL_FILES } from './limits'
import type { Artifacts, Snapshot } from './snapshot'
import { checkSnapshot, readBytes } from './snapshots'

/** A directory of the snapshot: its files by name, and the directories in it. */
interface Folder {
  files: Map<string, string>
  folders: Map<string, Folder>
}

/**
 * Writes a snapshot into a new or empty directory.
 *
 * @throws TroupeError `PathRefused` if something is in the way, or a link; `ArtifactNotFound`, `ArtifactCorrupt`
 */
export async function materialise(artifacts: Artifacts, snapshot: Snapshot, directory: string): Promise<void> {
  // Checked again, however it came here: this is the last moment before paths become files.
  const checked = checkSnapshot(snapshot)
  const target = resolve(directory)
  await mkdir(dirname(target), { recursive: true })
  await mkdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const top = await ConfinedDirectory.open(target)
  const names = await top.names()
  if (names.length > 0) {
    await top.close()
    throw refused(target, `it is not empty: "${names[0]}" is in it`)
  }
  await write(top, treeOf(checked))

  async function write(open: ConfinedDirectory, folder: Folder): Promise<void> {
    try {
      const files = [...folder.files]
      for (let begin = 0; begin < files.length; begin += PARALLEL_FILES) {
        const written = files.slice(begin, begin + PARALLEL_FILES).map(async ([name, path]) => {
          const executable = checked.files[path]?.executable === true
          await open.createFile(name, await readBytes(artifacts, checked, path), executable)
        })
        // All settled first: the directory is closed when none of them uses it any more.
        for (const result of await Promise.allSettled(written)) if (result.status === 'rejected') throw result.reason
      }
      for (const [name, inner] of folder.folders) await write(await open.create(name), inner)
    } finally {
      await open.close()
    }
  }
}

function treeOf(snapshot: Snapshot): Folder {
  const top: Folder = { files: new Map(), folders: new Map() }
  for (const path of Object.keys(snapshot.files)) {
    const segments = path.split('/')
    const name = segments.pop() ?? ''
    let folder = top
    for (const segment of segments) {
      const next = folder.folders.get(segment) ?? { files: new Map(), folders: new Map() }
      folder.folders.set(segment, next)
      folder = next
    }
    folder.files.set(name, path)
  }
  return top
}
