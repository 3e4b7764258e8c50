// HOST. Lends what a run names as installed, on whatever machine this is: each directory is looked at again, since a run is
// somebody's word. What is not here, or is not what it was called, is not lent, and that is said.
import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { firstOf } from '../../contract/json'
import { INSIDE_DIRECTORY, insideEnvironment } from '../bwrap-arguments'
import { askGit } from '../git'
import { LENT_DIRECTORIES, NAMED_PROBLEMS } from '../limits'
import { pathProblem } from '../paths'
import { isRepositoryTop } from '../repository'
import type { SandboxOptions } from '../sandbox-options'
import { isChangeableByOthers } from './changeable'
import { NOTHING_LENT, PACKAGE_DIRECTORIES, type CacheTool, type Installed, type Lending } from './lending'
import { lentDirectories } from './lent-directory'
import { interpreterOf } from './python'
import { TOOL_CACHES } from './tool-caches'

export async function lendInstalled(
  installed: Installed | undefined,
  sandbox: SandboxOptions['sandbox'],
): Promise<Lending> {
  if (!installed) return NOTHING_LENT
  const { directory, paths, tools } = installed
  const nothing = (why: string): Lending => {
    const what = [...paths.map((path) => `${path} of ${directory}`), ...tools.map(fetchedBy)]
    return { ...NOTHING_LENT, missing: [`${firstOf(what, NAMED_PROBLEMS)} ${why}`] }
  }
  if (sandbox === 'none') return nothing('is not lent to commands without a sandbox')
  if (!(await isThatRepository(installed))) return nothing('is not on this machine')
  const lending: Lending = { lend: [], env: {}, missing: [] }
  const programs: string[] = []
  const found: { from: string; to: string }[] = []
  for (const path of paths.slice(0, LENT_DIRECTORIES)) {
    const problem = (await problemOf(directory, path)) ?? (await lendInterpreter(installed, path, lending, programs))
    if (problem === undefined) found.push({ from: join(directory, path), to: path })
    else lending.missing.push(`${path} of ${directory} ${problem}`)
  }
  if (paths.length > LENT_DIRECTORIES) {
    lending.missing.push(`further directories of packages of ${directory} are not lent: ${LENT_DIRECTORIES} are`)
  }
  lending.lend.push(...(await lentDirectories(found)))
  for (const tool of tools) {
    const caches = await TOOL_CACHES[tool]()
    if (!caches) lending.missing.push(`${fetchedBy(tool)} is not on this machine`)
    lending.lend.push(...(caches?.lend ?? []))
    Object.assign(lending.env, caches?.env)
    programs.push(...(caches?.programs ?? []))
  }
  if (programs.length > 0) lending.env.PATH = [...programs, insideEnvironment().PATH].join(':')
  return lending
}

/** Of an environment of Python; returns why there is none that can be used. */
async function lendInterpreter(
  { directory }: Installed,
  path: string,
  lending: Lending,
  programs: string[],
): Promise<string | undefined> {
  if (basename(path) === 'node_modules') return undefined
  const interpreter = await interpreterOf(join(directory, path))
  if (typeof interpreter === 'string') return interpreter
  // Programs of the environment, and packages that are installed in place, name it by where it is
  lending.alias = directory
  lending.lend.push(...interpreter)
  Object.assign(lending.env, { VIRTUAL_ENV: join(INSIDE_DIRECTORY, path), PYTHONDONTWRITEBYTECODE: '1' })
  programs.push(join(INSIDE_DIRECTORY, path, 'bin'))
  return undefined
}

function fetchedBy(tool: CacheTool): string {
  return `what ${tool} has fetched`
}

async function isThatRepository({ directory, commit }: Installed): Promise<boolean> {
  if (!isAbsolute(directory) || !/^[0-9a-f]{40,64}$/.test(commit)) return false
  if (!(await isRepositoryTop(directory))) return false
  return (await askGit(['cat-file', '-e', `${commit}^{commit}`], { directory })).exitCode === 0
}

/** Why a directory is not lent; undefined if it is. A link is never followed, wherever it leads: a repository may hold one. */
async function problemOf(directory: string, path: string): Promise<string | undefined> {
  if (pathProblem(path) !== undefined || !PACKAGE_DIRECTORIES.includes(basename(path))) {
    return 'is no directory of packages, and is not lent'
  }
  try {
    const found = await realpath(join(directory, path))
    if (found !== join(await realpath(directory), path)) return 'is a link, and is not lent'
    if (!(await lstat(found)).isDirectory()) return 'is no directory'
    await readdir(found)
    return (await isChangeableByOthers(found)) ? 'can be changed by other users, and is not lent' : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'is not on this machine' : `cannot be read here (${code})`
  }
}
