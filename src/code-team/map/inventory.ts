// TEAM. The files of a repository as its map knows them: sizes in tokens, exported names, imports; and how many are left out.
import { setImmediate as turn } from 'node:timers/promises'
import { tokenCounter } from '../../agents/models/count-tokens'
import { leftOutByPath, leftOutByText, type LeftOutReason } from './left-out'
import { importedBy } from './imported-by'
import { scan } from './scan'
import type { Scanned } from './scanned'

/** A file, wherever it is. */
export interface SourceFile {
  path: string
  bytes: number
  /** Bytes that are no UTF-8 become U+FFFD. */
  read(): Promise<string>
}

export interface MapFile extends Scanned {
  path: string
  bytes: number
  tokens: number
  /** Taken from its bytes: it was too large to be counted. */
  estimated?: true
  /** How many files of the repository import it. */
  importedBy: number
}

export interface Inventory {
  /** In the order of paths. */
  files: MapFile[]
  leftOut: Partial<Record<LeftOutReason | 'ignored', number>>
}

/** Bytes of a file that is read: what is larger is data, and would hold up the worker's other agents. */
export const READ_BYTES = 512 * 1024
/** Bytes that are read of one repository: some 15 s of counting; beyond it sizes are taken from bytes, and said to be. */
const REPOSITORY_READ_BYTES = 64 * 1024 * 1024
/** Bytes of a token in source code, for what is not counted. */
const BYTES_A_TOKEN = 4

/** Whatever the order of the files. `ignored` is how many others there were that are not even listed. */
export async function takeInventory(
  sources: readonly SourceFile[],
  { ignored = 0, signal }: { ignored?: number; signal?: AbortSignal } = {},
): Promise<Inventory> {
  const count = await tokenCounter()
  const files: MapFile[] = []
  const leftOut: Inventory['leftOut'] = ignored > 0 ? { ignored } : {}
  const leave = (reason: LeftOutReason): void => void (leftOut[reason] = (leftOut[reason] ?? 0) + 1)
  let left = REPOSITORY_READ_BYTES
  for (const { path, bytes, read } of [...sources].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    // Between files the worker's heartbeats and its other agents have their turn
    await turn()
    signal?.throwIfAborted()
    const reason = leftOutByPath(path)
    if (reason !== undefined) {
      leave(reason)
      continue
    }
    if (bytes > Math.min(left, READ_BYTES)) {
      files.push({
        path,
        bytes,
        tokens: Math.ceil(bytes / BYTES_A_TOKEN),
        estimated: true,
        exports: [],
        imports: [],
        importedBy: 0,
      })
      continue
    }
    left -= bytes
    const text = await read()
    const found = leftOutByText(text)
    if (found === undefined) files.push({ path, bytes, tokens: count(text), ...scan(path, text), importedBy: 0 })
    else leave(found)
  }
  const goMod = sources.find(({ path }) => path === 'go.mod')
  const counts = importedBy(files, goMod && (await goMod.read()))
  return { files: files.map((file, place) => ({ ...file, importedBy: counts[place]! })), leftOut }
}
