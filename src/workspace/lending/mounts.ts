// HOST. What is lent to a command in the sandbox, as arguments for bubblewrap. A copy of files has the places for it made ready.
import { lstat, mkdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { COMMAND_LENT_MB } from '../limits'
import type { Lent } from './lending'

/** Bytes of each directory in memory: they are writable, and no limit of the command counts them. */
export function bytesInMemory(lend: readonly Lent[]): number {
  const directories = lend.reduce((sum, { entries, emptied = [] }) => sum + (entries ? 1 : emptied.length), 0)
  return Math.floor((COMMAND_LENT_MB * 1024 * 1024) / Math.max(1, directories))
}

/** `at` is where it is found inside. */
export function lentMounts({ from, emptied = [], blanked = [], entries }: Lent, at: string, bytes: number): string[] {
  const size = ['--size', String(bytes)]
  if (entries) {
    // One that was removed since, or that has no name in UTF-8, is not there; the others are
    const shown = entries.flatMap(({ name, link }) =>
      link === undefined ? ['--ro-bind-try', join(from, name), join(at, name)] : ['--symlink', link, join(at, name)],
    )
    return [...size, '--tmpfs', at, ...shown]
  }
  return [
    ...['--ro-bind', from, at],
    ...emptied.flatMap((name) => [...size, '--tmpfs', join(at, name)]),
    ...blanked.flatMap((name) => ['--dev-bind', '/dev/null', join(at, name)]),
  ]
}

/**
 * Makes empty directories in a copy that nothing runs in yet. They stay: an empty directory is in no snapshot. What has no
 * place in the copy (its package was removed, a file has its name) is left out of what is returned.
 */
export async function makeRoom(lend: readonly Lent[], directory: string): Promise<Lent[]> {
  const placed: Lent[] = []
  for (const lent of lend) if (isAbsolute(lent.to) || (await hasRoom(directory, lent.to))) placed.push(lent)
  return placed
}

async function hasRoom(directory: string, path: string): Promise<boolean> {
  const steps = path.split('/')
  for (let end = 1; end < steps.length; end++) {
    if (!(await isPlainDirectory(join(directory, ...steps.slice(0, end))))) return false
  }
  const place = join(directory, path)
  await mkdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return isPlainDirectory(place)
}

async function isPlainDirectory(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() === true
}
