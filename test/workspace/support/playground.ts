// A place with something to protect in it: a directory for the work, a canary beside it, and a look at everything around.
import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const CANARY = 'canary-7d1f2b'

export interface Playground {
  /** Holds all of it. */
  root: string
  /** What an attempt may write into; not there yet. */
  inside: string
  /** A directory beside it, with `secret.txt` in it, which holds the canary. */
  outside: string
  /** Everything in the root but the inside: names, kinds, contents. */
  surroundings(): string
}

let made: string[] = []

export function playground(): Playground {
  const root = mkdtempSync(join(tmpdir(), 'troupe-playground-'))
  made.push(root)
  const [inside, outside] = [join(root, 'inside'), join(root, 'outside')]
  mkdirSync(outside)
  writeFileSync(join(outside, 'secret.txt'), CANARY)
  return { root, inside, outside, surroundings: () => pictureOf(root, new Set([inside])) }
}

export function removePlaygrounds(): void {
  for (const root of made) rmSync(root, { recursive: true, force: true })
  made = []
}

/** Every name below a directory with its kind, mode and content. */
export function pictureOf(directory: string, except: ReadonlySet<string> = new Set()): string {
  const lines: string[] = []
  const walk = (folder: string) => {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name)
      if (except.has(path)) continue
      const stat = lstatSync(path)
      const content = stat.isSymbolicLink()
        ? readlinkSync(path)
        : stat.isFile()
          ? createHash('sha256').update(readFileSync(path)).digest('hex')
          : ''
      lines.push(`${path} ${stat.mode.toString(8)} ${content}`)
      if (stat.isDirectory()) walk(path)
    }
  }
  walk(directory)
  return lines.join('\n')
}

/** Every plain file below a directory, relative to it. */
export function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(directory.length + 1))
    .sort()
}
