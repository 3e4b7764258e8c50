// HOST. What a sandboxed command sees, as arguments for bubblewrap: nothing that is not named here.
import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { TroupeError } from '../contract/errors'
import { preview } from '../contract/json'
import { COMMAND_SHARED_MB, COMMAND_TMP_MB } from './limits'
import type { Lent } from './lending/lending'
import { bytesInMemory, lentMounts } from './lending/mounts'
import { networkMounts } from './network/inside'

/** Where the copy stands inside, and where reports are written. */
export const INSIDE_DIRECTORY = '/workspace'
export const INSIDE_REPORT = '/report'
/** Its home, in memory or a copy. */
export const INSIDE_HOME = '/tmp/home'

/** The user inside, whoever it is outside: a program may ask for its name, and behaves otherwise as root. */
const INSIDE_USER = '1000'

/** Files that are made up, since the host's tell who its users and neighbours are. Each is handed over in a pipe. */
export const INSIDE_FILES: readonly { path: string; content: string }[] = [
  { path: '/etc/passwd', content: `user:x:${INSIDE_USER}:${INSIDE_USER}:user:${INSIDE_HOME}:/bin/sh\n` },
  { path: '/etc/group', content: `user:x:${INSIDE_USER}:\n` },
  { path: '/etc/hosts', content: '127.0.0.1 localhost\n::1 localhost\n' },
  { path: '/etc/nsswitch.conf', content: 'passwd: files\ngroup: files\nhosts: files\n' },
]

/** Descriptors that bubblewrap inherits, in this order, after the standard three. */
export const STATUS = 3
export const ENVIRONMENT = 4
const FILTER = 5

export interface BwrapSettings {
  command: readonly string[]
  directory: string
  readOnly: readonly string[]
  lend: readonly Lent[]
  /** Where the copy is found as well. */
  alias?: string
  /** A directory that is its home, instead of an empty one in memory. */
  home?: string
  report?: string
  /** The proxy's, where the command was granted hosts. */
  proxySocket?: string
  /** Whether this bubblewrap can forbid further user namespaces (0.8 can). */
  disableUserns: boolean
  /** Whether a filter of system calls is handed over. */
  filter: boolean
}

/**
 * Descriptor 3 tells what is started and how it ended, 4 the environment, 5 the filter; the made-up files follow. The
 * environment may hold secrets, and every user of the machine reads arguments.
 */
export function bwrapArguments(settings: BwrapSettings): string[] {
  const { directory, report, readOnly, lend, filter, proxySocket, home } = settings
  const each = bytesInMemory(lend)
  const megabytes = (number: number) => String(number * 1024 * 1024)
  return [
    ...['--unshare-user', '--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try'],
    ...(settings.disableUserns ? ['--disable-userns'] : []),
    ...['--cap-drop', 'ALL', '--uid', INSIDE_USER, '--gid', INSIDE_USER, '--hostname', 'sandbox'],
    // No terminal to type into, and no life after ours.
    ...['--new-session', '--die-with-parent'],
    ...['--json-status-fd', String(STATUS), ...(filter ? ['--seccomp', String(FILTER)] : [])],
    ...systemMounts(),
    ...INSIDE_FILES.flatMap(({ path }, index) => ['--ro-bind-data', String(FILTER + 1 + index), path]),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--size', megabytes(COMMAND_SHARED_MB), '--perms', '1777', '--tmpfs', '/dev/shm'],
    ...['--size', megabytes(COMMAND_TMP_MB), '--perms', '1777', '--tmpfs', '/tmp'],
    ...(home === undefined ? ['--dir', INSIDE_HOME] : ['--bind', home, INSIDE_HOME]),
    ...['--symlink', '../tmp', '/var/tmp'],
    ...nodeMounts(),
    ...readOnly.flatMap((path) => ['--ro-bind', path, path]),
    ...(proxySocket === undefined ? [] : networkMounts(proxySocket)),
    ...lend.filter(({ to }) => isAbsolute(to)).flatMap((lent) => lentMounts(lent, lent.to, each)),
    ...['--bind', directory, INSIDE_DIRECTORY, ...(report === undefined ? [] : ['--bind', report, INSIDE_REPORT])],
    ...lend
      .filter(({ to }) => !isAbsolute(to))
      .flatMap((lent) => lentMounts(lent, join(INSIDE_DIRECTORY, lent.to), each)),
    ...aliasLink(settings),
    // To the host's root, files of /proc/sys belong even without any capability. And what is left writable is memory.
    ...['--remount-ro', '/proc', '--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--chdir', INSIDE_DIRECTORY, '--clearenv', '--args', String(ENVIRONMENT)],
    ...['--', ...settings.command],
  ]
}

/**
 * Arguments that are not among the arguments: each ends in a zero byte.
 * @throws TroupeError `InvalidUsage` for a value that holds one itself
 */
export function environmentArguments(env: Record<string, string>): Buffer {
  const all = Object.entries(env).flatMap(([name, value]) => {
    if (!`${name}${value}`.includes('\0')) return ['--setenv', name, value]
    throw new TroupeError('InvalidUsage', `the variable ${preview(name)} holds a zero byte`)
  })
  return Buffer.from(all.map((argument) => `${argument}\0`).join(''))
}

/** The environment that every command has, before what it is given. */
export function plainEnvironment(home: string, temporary: string, path: string): Record<string, string> {
  return { PATH: path, HOME: home, TMPDIR: temporary, LANG: 'C.UTF-8', CI: '1', NO_COLOR: '1' }
}

export function insideEnvironment(): Record<string, string> {
  const path = [...new Set([dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'])].join(':')
  return plainEnvironment(INSIDE_HOME, '/tmp', path)
}

/** The system's programs and libraries, and of /etc only what the loader and Debian's links need. */
function systemMounts(): string[] {
  const tops = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].filter((path) => existsSync(path))
  return [
    ...['--ro-bind', '/usr', '/usr'],
    ...tops.flatMap((path) =>
      lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path],
    ),
    ...['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/alternatives', '/etc/localtime'].flatMap(
      (path) => ['--ro-bind-try', path, path],
    ),
  ]
}

/** A link to the copy, where nothing that is shown lies at or below its place, or is a directory that cannot take it. */
function aliasLink({ alias, readOnly, lend }: BwrapSettings): string[] {
  if (alias === undefined) return []
  const shown = [
    ...readOnly,
    ...lend.map(({ to }) => to),
    process.execPath,
    INSIDE_HOME,
    INSIDE_DIRECTORY,
    INSIDE_REPORT,
  ]
  const fixed = ['/usr', '/bin', '/sbin', '/lib', '/etc', '/proc', '/dev', '/proxy', INSIDE_DIRECTORY, INSIDE_REPORT]
  const isTaken = [...shown, ...fixed].some((path) => isWithin(path, alias) || isWithin(alias, path))
  return isTaken ? [] : ['--symlink', INSIDE_DIRECTORY, alias]
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`)
}

/** The Node that runs us, with its npm, where it is not the system's: these files only, for its prefix may be a home. */
function nodeMounts(): string[] {
  const node = process.execPath
  if (realpathSync(node).startsWith('/usr/')) return []
  const prefix = dirname(dirname(node))
  const npm = join(prefix, 'lib', 'node_modules', 'npm')
  if (basename(dirname(node)) !== 'bin' || !existsSync(npm)) return ['--ro-bind', node, node]
  const links = ['npm', 'npx'].flatMap((name) => [
    '--symlink',
    `../lib/node_modules/npm/bin/${name}-cli.js`,
    join(prefix, 'bin', name),
  ])
  return ['--ro-bind', node, node, '--ro-bind', npm, npm, ...links]
}
