// HOST. Lends what a run names as installed, on whatever machine this is: each directory is looked at again, since a run is
// somebody's word. What is not here, or is not what it was called, is not lent, and that is said.
import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { firstOf } from '../../contract/json'
import { INSIDE_DIRECTORY, insideEnvironment } from '../bwrap-arguments'
import { askGit } from '../git'
import { NAMED_PROBLEMS } from '../limits'
import { pathProblem } from '../paths'
import { isRepositoryTop } from '../repository'
import type { SandboxOptions } from '../sandbox-options'
import { NOTHING_LENT, PACKAGE_DIRECTORIES, type CacheTool, type Installed, type Lending, type Lent } from './lending'
import { interpreterOf } from './python'
import { TOOL_CACHES } from './tool-caches'

/** Tools write them, and put into them what they have read: also from files with secrets. */
const CACHES = ['.cache', '.vite', '.vite-temp', '.vitest']
/** Settings with tokens in them, as people put them there. */
const SECRETS = /^(\.npmrc|\.yarnrc(\.yml)?|\.env(\..*)?|\.netrc|\.pypirc|pip\.(conf|ini))$/i

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
  for (const path of paths) {
    const problem = (await problemOf(directory, path)) ?? (await lendDirectory(installed, path, lending, programs))
    if (problem !== undefined) lending.missing.push(`${path} of ${directory} ${problem}`)
  }
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

/** Returns why it is not lent. */
async function lendDirectory(
  { directory }: Installed,
  path: string,
  lending: Lending,
  programs: string[],
): Promise<string | undefined> {
  const from = join(directory, path)
  if (basename(path) !== 'node_modules') {
    const interpreter = await interpreterOf(from)
    if (typeof interpreter === 'string') return interpreter
    // Programs of the environment, and packages that are installed in place, name it by where it is
    lending.alias = directory
    lending.lend.push(...interpreter)
    Object.assign(lending.env, { VIRTUAL_ENV: join(INSIDE_DIRECTORY, path), PYTHONDONTWRITEBYTECODE: '1' })
    programs.push(join(INSIDE_DIRECTORY, path, 'bin'))
  }
  lending.lend.push(await lent(from, path))
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
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'is not on this machine' : `cannot be read here (${code})`
  }
}

async function lent(from: string, to: string): Promise<Lent> {
  const entries = await readdir(from, { withFileTypes: true })
  const emptied = entries.filter((entry) => entry.isDirectory() && CACHES.includes(entry.name)).map(({ name }) => name)
  const blanked = entries.filter((entry) => entry.isFile() && SECRETS.test(entry.name)).map(({ name }) => name)
  return { from, to, emptied, blanked }
}
