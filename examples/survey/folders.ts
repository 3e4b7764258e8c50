// Files by folder, at most a few hundred folders: deep ones are folded into those above them.

/** Subtasks for folders in one survey: a person can still read the table, and a run stays far from its limit. */
const MAX_FOLDERS = 300
/** Characters of an id: at most twice as many units, of which 128 are allowed, and some may follow. */
const ID_LENGTH = 60
/** What the folders beyond all bounds are called together. */
const OTHERS = '(other folders)'
const ROOT = '.'

export interface FolderFiles {
  /** What its subtask is called. */
  id: string
  /** Its path, `.` for the root. */
  folder: string
  files: string[]
}

export function groupByFolder(files: readonly string[], maximum = MAX_FOLDERS): FolderFiles[] {
  const taken = new Set(['totals', 'inputs'])
  return [...fold(files, maximum)].map(([folder, files]) => ({ id: freeId(folder, taken), folder, files }))
}

/** As deep as the number of folders allows; where even the topmost ones are too many, the smallest are one. */
function fold(files: readonly string[], maximum: number): Map<string, string[]> {
  let depth = files.reduce((deepest, file) => Math.max(deepest, file.split('/').length - 1), 0)
  let folders = groupAt(files, depth)
  while (folders.size > maximum && depth > 1) folders = groupAt(files, --depth)
  if (folders.size <= maximum) return folders
  const bySize = [...folders].sort(([, a], [, b]) => b.length - a.length)
  const others = bySize.slice(maximum - 1).flatMap(([, names]) => names)
  return new Map([...bySize.slice(0, maximum - 1), [OTHERS, others]])
}

function groupAt(files: readonly string[], depth: number): Map<string, string[]> {
  const folders = new Map<string, string[]>()
  for (const file of files) {
    const folder = file.split('/').slice(0, -1).slice(0, depth).join('/') || ROOT
    const known = folders.get(folder)
    if (known) known.push(file)
    else folders.set(folder, [file])
  }
  return folders
}

/** `src/client` is `src.client`: an id has no `/` and no control characters, and no two are the same. */
function freeId(folder: string, taken: Set<string>): string {
  const readable = folder === ROOT ? '(root)' : folder.replaceAll('/', '.').replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '_')
  const base = Array.from(readable).slice(0, ID_LENGTH).join('')
  let id = base
  for (let number = 2; taken.has(id); number++) id = `${base}~${number}`
  taken.add(id)
  return id
}
