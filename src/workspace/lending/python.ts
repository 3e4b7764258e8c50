// HOST. A Python environment of a repository: its packages with the interpreter that they were installed for. That lies outside,
// where a link of the environment leads; it is lent only if it is a system's, or stands where pyenv or uv install such.
import { readlink, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { Lent } from './lending'
import { directoriesAmong } from './lent-directory'

/** The environment's interpreter, inside; its installation where that has to be lent too. A text says why it cannot be. */
export async function interpreterOf(environment: string): Promise<Lent[] | string> {
  const program = join(environment, 'bin', 'python3')
  const found = await realpath(program).catch(() => undefined)
  if (found === undefined) return 'has no interpreter (bin/python3), and is not used'
  if (found.startsWith('/usr/')) return []
  for (const root of installations()) {
    const real = await realpath(root).catch(() => undefined)
    const version = real === undefined ? undefined : versionIn(found, real)
    if (version === undefined) continue
    // Links of the environment name it by the root as the user has it, and by a shorter version
    const named = versionIn(await lastOutside(program, environment), root) ?? version
    const from = join(real!, version)
    // Where pyenv keeps environments of other projects
    const emptied = await directoriesAmong(from, ['envs'])
    return [...new Set([from, join(root, version), join(root, named)])].map((to) => ({ from, to, emptied }))
  }
  return `has an interpreter that is neither the system's nor one of pyenv or uv (${found}), and is not used`
}

/** Directories with one installation of Python each. */
function installations(): string[] {
  const { PYENV_ROOT, UV_PYTHON_INSTALL_DIR, XDG_DATA_HOME } = process.env
  const data = XDG_DATA_HOME ?? join(homedir(), '.local', 'share')
  return [
    join(PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions'),
    UV_PYTHON_INSTALL_DIR ?? join(data, 'uv', 'python'),
  ]
}

/** The name of the installation that a program belongs to. */
function versionIn(program: string, root: string): string | undefined {
  const bin = dirname(program)
  const version = dirname(bin)
  const isOne = basename(bin) === 'bin' && /^python[0-9.]*$/.test(basename(program)) && dirname(version) === root
  return isOne ? basename(version) : undefined
}

/** Where the links of an environment's own leave it. */
async function lastOutside(program: string, environment: string): Promise<string> {
  let path = program
  for (let links = 0; links < 5 && path.startsWith(`${environment}/`); links++) {
    const target = await readlink(path).catch(() => undefined)
    if (target === undefined) break
    path = resolve(dirname(path), target)
  }
  return path
}
