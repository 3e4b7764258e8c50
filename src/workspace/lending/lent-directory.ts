// HOST. How one directory of packages is lent: as a whole with its caches empty; or, where a tool would make its cache in it that
// is not there yet, entry by entry in a directory in memory. Settings with tokens in them are not shown.
import type { Dirent } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { LENT_ENTRIES } from '../limits'
import type { Lent, LentEntry } from './lending'

/** Tools write them, and put into them what they have read: also from files with secrets. */
const CACHES = ['.cache', '.vite', '.vite-temp', '.vitest']
/** Settings with tokens in them, as people put them there. */
const SECRETS = /^(\.npmrc|\.yarnrc(\.yml)?|\.env(\..*)?|\.netrc|\.pypirc|pip\.(conf|ini))$/i
/** Of an environment of Python, in `bin`: scripts that people write their variables into. */
const ACTIVATION = /^(activate(\.(csh|fish|nu|ps1))?|(pre|post)(de)?activate)$/i
/** Packages that do not start where they cannot make this directory beside them. */
const MAKERS = [
  ['vite', '.vite-temp'],
  ['ava', '.cache'],
] as const

/** The directories of one repository, each with its place in it. */
export async function lentDirectories(directories: readonly { from: string; to: string }[]): Promise<Lent[]> {
  const read = await Promise.all(
    directories.map(async (one) => ({ ...one, entries: await readdir(one.from, { withFileTypes: true }) })),
  )
  const names = new Set(read.flatMap(({ entries }) => entries.map(({ name }) => name)))
  const made = MAKERS.flatMap(([maker, cache]) => (names.has(maker) ? [cache] : []))
  let left = LENT_ENTRIES
  return Promise.all(
    read.map(async ({ from, to, entries }) => {
      if (basename(to) !== 'node_modules') return { from, to, ...(await coveredEnvironment(from, entries)) }
      const lacks = made.some((cache) => !entries.some(({ name }) => name === cache))
      if (!lacks || entries.length > left) return { from, to, ...covered(entries) }
      left -= entries.length
      return { from, to, entries: await shown(from, entries) }
    }),
  )
}

function covered(entries: readonly Dirent[]): { emptied: string[]; blanked: string[] } {
  const emptied = entries.filter((entry) => entry.isDirectory() && CACHES.includes(entry.name))
  const blanked = entries.filter((entry) => entry.isFile() && SECRETS.test(entry.name))
  return { emptied: emptied.map(({ name }) => name), blanked: blanked.map(({ name }) => name) }
}

/** Also clones of packages, whose settings may hold logins. */
async function coveredEnvironment(from: string, entries: readonly Dirent[]): Promise<ReturnType<typeof covered>> {
  const { emptied, blanked } = covered(entries)
  const namesIn = (path: string): Promise<string[]> => readdir(join(from, path)).catch(() => [])
  const scripts = (await namesIn('bin')).filter((name) => ACTIVATION.test(name)).map((name) => join('bin', name))
  const clones = (await namesIn('src')).map((name) => join('src', name, '.git'))
  return {
    emptied: [...emptied, ...(await directoriesAmong(from, clones))],
    blanked: [...blanked, ...(await existing(from, scripts, 'isFile'))],
  }
}

/** Those that are there, and no links. */
export function directoriesAmong(from: string, paths: readonly string[]): Promise<string[]> {
  return existing(from, paths, 'isDirectory')
}

async function existing(from: string, paths: readonly string[], kind: 'isFile' | 'isDirectory'): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => lstat(join(from, path)).catch(() => undefined)))
  return paths.filter((_, index) => found[index]?.[kind]())
}

async function shown(from: string, entries: readonly Dirent[]): Promise<LentEntry[]> {
  const kept = entries.filter(({ name }) => !CACHES.includes(name) && !SECRETS.test(name))
  return Promise.all(
    kept.map(async (entry) => {
      if (entry.isSymbolicLink()) return { name: entry.name, link: await readlink(join(from, entry.name)) }
      return { name: entry.name }
    }),
  )
}
