// HOST. Packages of tools that keep them in a cache of the user: Go's modules and Cargo's registry, with the compiler, where the
// tool itself says that they are. Asked from the root directory, so that no repository has a say.
import { execFile } from 'node:child_process'
import { lstat, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { hostPath } from '../../host-path'
import { INSIDE_HOME } from '../bwrap-arguments'
import { TOOL_ANSWER_MS } from '../limits'
import type { CacheTool, Lent } from './lending'
import { directoriesAmong } from './lent-directory'

export interface ToolCaches {
  lend: Lent[]
  env: Record<string, string>
  /** Directories of programs, as they are found inside. */
  programs: string[]
}

export const TOOL_CACHES: Readonly<Record<CacheTool, () => Promise<ToolCaches | undefined>>> = { go, cargo }

async function go(): Promise<ToolCaches | undefined> {
  const [modules, root] = (await answer('go', ['env', 'GOMODCACHE', 'GOROOT']))?.split('\n') ?? []
  if (!(await isLendable(root))) return undefined
  const compiler = compilerAt(root!, '/lent/go')
  const fetched = (await isLendable(modules))
    ? // Clones of repositories, whose settings may hold logins
      [{ from: modules!, to: '/lent/modules', emptied: await directoriesAmong(modules!, [join('cache', 'vcs')]) }]
    : []
  const env = { GOPROXY: 'off', ...(fetched.length > 0 ? { GOMODCACHE: '/lent/modules' } : {}) }
  return { lend: [...compiler.lend, ...fetched], env, programs: compiler.programs }
}

async function cargo(): Promise<ToolCaches | undefined> {
  const root = await answer('rustc', ['--print', 'sysroot'])
  if (!(await isLendable(root))) return undefined
  const compiler = compilerAt(root!, '/lent/rust')
  const cache = process.env.CARGO_HOME ?? join(homedir(), '.cargo')
  const fetched: Lent[] = []
  for (const name of ['registry', 'git']) {
    const from = join(cache, name)
    if (await isLendable(from)) fetched.push({ from, to: join(INSIDE_HOME, '.cargo', name) })
  }
  const env = { CARGO_HOME: join(INSIDE_HOME, '.cargo'), CARGO_NET_OFFLINE: 'true' }
  return { lend: [...compiler.lend, ...fetched], env, programs: compiler.programs }
}

/** What the system has is there anyhow. */
function compilerAt(root: string, inside: string): Pick<ToolCaches, 'lend' | 'programs'> {
  if (root.startsWith('/usr/')) return { lend: [], programs: [join(root, 'bin')] }
  return { lend: [{ from: root, to: inside }], programs: [join(inside, 'bin')] }
}

/** A directory that is nobody's whole home, or more. */
async function isLendable(path: string | undefined): Promise<boolean> {
  if (path === undefined || !isAbsolute(path)) return false
  const found = await realpath(path).catch(() => undefined)
  if (found === undefined || !(await lstat(found)).isDirectory()) return false
  return !`${await realpath(homedir())}/`.startsWith(found === '/' ? '/' : `${found}/`)
}

/** What a program prints; undefined where there is none, or it fails. */
function answer(program: string, args: readonly string[]): Promise<string | undefined> {
  const { HOME: home, GOMODCACHE, GOPATH, RUSTUP_HOME, CARGO_HOME } = process.env
  const env = { PATH: hostPath(), HOME: home, GOMODCACHE, GOPATH, RUSTUP_HOME, CARGO_HOME, GOTOOLCHAIN: 'local' }
  return new Promise((resolve) => {
    execFile(program, args, { cwd: '/', env, timeout: TOOL_ANSWER_MS, killSignal: 'SIGKILL' }, (error, stdout) =>
      resolve(error ? undefined : stdout.trim()),
    )
  })
}
