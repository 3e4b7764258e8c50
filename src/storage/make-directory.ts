// HOST. Makes a directory with all above it. Node's own `recursive` never returns where a directory takes no entries and
// says ENOENT (/proc, an automounter), and whoever names such a place must be told.
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** For what may hold payloads and results: nobody else's to read, unless its owner makes it otherwise. */
export const PRIVATE = 0o700

/** Returns the first directory that was made; undefined if all were there. Throws what the file system says. */
export function makeDirectory(directory: string, mode?: number): string | undefined {
  const refusal = tryMaking(directory, mode)
  if (!refusal) return directory
  if (isDirectory(directory)) return undefined
  const parent = dirname(directory)
  if (refusal.code !== 'ENOENT' || parent === directory) throw refusal
  const first = makeDirectory(parent, mode)
  const again = tryMaking(directory, mode)
  // Another process may have made it meanwhile
  if (again && !isDirectory(directory)) throw again
  return first ?? directory
}

function tryMaking(directory: string, mode?: number): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(directory, { mode })
    return undefined
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
}

/** False too where something above it is no directory. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
