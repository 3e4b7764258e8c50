// HOST. Snapshots as artifacts: stored as canonical JSON, so that one tree has one name, and read back with suspicion, since
// anything that holds an artifact store can have written one.
import { messageOf, TroupeError } from '../contract/errors'
import { isObject, preview } from '../contract/json'
import { FILE_BYTES, NAMED_PROBLEMS, SNAPSHOT_BYTES, SNAPSHOT_DOCUMENT_BYTES, SNAPSHOT_FILES } from './limits'
import { checkPath, collisions, pathProblem } from './paths'
import type { Artifacts, Snapshot, SnapshotFile } from './snapshot'

export const EMPTY_SNAPSHOT: Snapshot = { files: {} }

/**
 * Stores a snapshot; the same tree always has the same artifact.
 *
 * @throws TroupeError `PathRefused`, `PatchConflict`, `OutputTooLarge`, `ArtifactCorrupt` if it is not one
 */
export async function storeSnapshot(artifacts: Artifacts, snapshot: Snapshot): Promise<string> {
  return artifacts.put(JSON.stringify(checkSnapshot(snapshot)))
}

/**
 * Reads a stored snapshot.
 *
 * @throws TroupeError `ArtifactNotFound`, and as `storeSnapshot` for an artifact that is no snapshot
 */
export async function loadSnapshot(artifacts: Artifacts, id: string): Promise<Snapshot> {
  const bytes = await artifacts.get(id)
  if (bytes.byteLength > SNAPSHOT_DOCUMENT_BYTES) throw corrupt(`it has ${bytes.byteLength} bytes`)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw corrupt(messageOf(error))
  }
  return checkSnapshot(value)
}

/** The value as a snapshot with its paths in order and nothing else in it. */
export function checkSnapshot(value: unknown): Snapshot {
  if (!isObject(value) || !isObject(value.files) || Object.keys(value).length !== 1) throw corrupt(preview(value))
  const entries = Object.entries(value.files)
  const problems = entries.flatMap(([path]) => pathProblem(path) ?? [])
  if (problems.length > 0) for (const [path] of entries) checkPath(path)
  const files: Record<string, SnapshotFile> = {}
  entries.sort(([one], [other]) => (one < other ? -1 : 1))
  for (const [path, file] of entries) files[path] = checkFile(path, file)
  const found = collisions(Object.keys(files))
  if (found.length > 0) throw new TroupeError('PatchConflict', found.slice(0, NAMED_PROBLEMS).join('; '))
  const tooLarge = sizeProblem({ files })
  if (tooLarge !== undefined) throw new TroupeError('OutputTooLarge', tooLarge)
  return { files }
}

/** Why a snapshot is too large; undefined if it is not. */
export function sizeProblem({ files }: Snapshot): string | undefined {
  const all = Object.values(files)
  const number = (value: number) => value.toLocaleString('en')
  if (all.length > SNAPSHOT_FILES) {
    return `there are ${number(all.length)} files, at most ${number(SNAPSHOT_FILES)} are taken`
  }
  const large = Object.entries(files).find(([, { bytes }]) => bytes > FILE_BYTES)
  if (large) return `${large[0]} has ${number(large[1].bytes)} bytes, at most ${number(FILE_BYTES)} are taken of a file`
  const bytes = all.reduce((sum, file) => sum + file.bytes, 0)
  if (bytes > SNAPSHOT_BYTES) {
    return `the files have ${number(bytes)} bytes, at most ${number(SNAPSHOT_BYTES)} are taken in all`
  }
  return undefined
}

/** Stores texts as files, for a patch's `write` or a snapshot. */
export async function textFiles(
  artifacts: Artifacts,
  files: Record<string, string>,
): Promise<Record<string, SnapshotFile>> {
  const stored: Record<string, SnapshotFile> = {}
  for (const [path, text] of Object.entries(files)) {
    checkPath(path)
    stored[path] = await storeFile(artifacts, Buffer.from(text, 'utf8'))
  }
  return stored
}

export async function storeFile(artifacts: Artifacts, bytes: Uint8Array, executable = false): Promise<SnapshotFile> {
  const file: SnapshotFile = { artifact: await artifacts.put(bytes), bytes: bytes.byteLength }
  return executable ? { ...file, executable: true } : file
}

/** A file's entry; undefined where there is none, whatever the name. */
export function fileAt(snapshot: Snapshot, path: string): SnapshotFile | undefined {
  return Object.hasOwn(snapshot.files, path) ? snapshot.files[path] : undefined
}

/**
 * The bytes of a file of a snapshot.
 *
 * @throws TroupeError `ArtifactNotFound` if there is no such file, `ArtifactCorrupt` if its size is not what the snapshot says
 */
export async function readBytes(artifacts: Artifacts, snapshot: Snapshot, path: string): Promise<Uint8Array> {
  const file = fileAt(snapshot, path)
  if (!file) throw new TroupeError('ArtifactNotFound', `the snapshot has no file ${preview(path)}`)
  const bytes = await artifacts.get(file.artifact)
  if (bytes.byteLength === file.bytes) return bytes
  throw corrupt(`${path} has ${bytes.byteLength} bytes, and should have ${file.bytes}`)
}

/** The text of a file; bytes that are no UTF-8 become U+FFFD. */
export async function readText(artifacts: Artifacts, snapshot: Snapshot, path: string): Promise<string> {
  return Buffer.from(await readBytes(artifacts, snapshot, path)).toString('utf8')
}

/** One file's entry, with nothing else in it. */
export function checkFile(path: string, file: unknown): SnapshotFile {
  checkPath(path)
  const { artifact, bytes, executable, ...others } = isObject(file) ? file : {}
  const valid =
    typeof artifact === 'string' &&
    /^[0-9a-f]{64}$/.test(artifact) &&
    Number.isSafeInteger(bytes) &&
    (bytes as number) >= 0 &&
    (executable === undefined || executable === true) &&
    Object.keys(others).length === 0
  if (!valid) throw corrupt(`the entry of ${path} is ${preview(file)}`)
  const entry: SnapshotFile = { artifact, bytes: bytes as number }
  return executable ? { ...entry, executable: true } : entry
}

function corrupt(what: string): TroupeError {
  return new TroupeError('ArtifactCorrupt', `this is no snapshot: ${what}`, {
    hint: 'a snapshot is made by storeSnapshot: {"files": {path: {artifact, bytes, executable?}}}',
  })
}
