// HOST. Where Troupe keeps what it installs for this user, and how an executable gets there: whole, or not at all.
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { CLI_VERSION } from './settings'

const WORKROOM_PREFIX = 'install-'

/** `$XDG_CACHE_HOME/troupe`, or `~/.cache/troupe`. */
export function cacheDirectory(): string {
  return resolve(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'troupe')
}

/** Where our version of the Temporal CLI is, once it is installed. */
export function cachedBinary(): string {
  return join(cacheDirectory(), `temporal-${CLI_VERSION}`)
}

/** An empty folder beside the cached files, so that a rename is atomic. Call it under the install lock: what earlier,
 * killed installs left is removed. */
export function createWorkroom(): string {
  const cache = cacheDirectory()
  for (const name of readdirSync(cache)) {
    if (name.startsWith(WORKROOM_PREFIX)) rmSync(join(cache, name), { recursive: true, force: true })
  }
  const workroom = join(cache, `${WORKROOM_PREFIX}${randomUUID()}`)
  mkdirSync(workroom)
  return workroom
}

/** Moves a finished executable into its place in the cache. */
export function keepBinary(file: string): string {
  chmodSync(file, 0o755)
  renameSync(file, cachedBinary())
  return cachedBinary()
}
