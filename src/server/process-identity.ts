// HOST. Which process is meant: a pid alone is reused by the system, a pid and its start time are not.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { hostPath } from '../host-path'

const HAS_PROC = existsSync('/proc/self/stat')

export interface ProcessIdentity {
  pid: number
  /** When the process started, in the system's own terms; only ever compared. */
  startedAt: string
}

/** The identity of a living process; undefined for one that is gone or only waits to be reaped. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = HAS_PROC ? startFromProc(pid) : startFromPs(pid)
  return startedAt === undefined ? undefined : { pid, startedAt }
}

/** Whether exactly this process still lives. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  return identify(pid)?.startedAt === startedAt
}

/** The arguments that a process was started with, joined by blanks; empty where it is gone. */
export function commandLine(pid: number): string {
  try {
    if (HAS_PROC) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim()
    return ps(pid, 'args=')
  } catch {
    return ''
  }
}

function startFromProc(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold blanks: the fields after it begin with the state (3rd) and hold the start (22nd).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A killed process looks dead by its first thread, while others (20th field) still hold its ports and files.
    const isGone = isDead(fields[0] ?? '') && Number(fields[17]) <= 1
    return isGone ? undefined : `${boot}:${fields[19]}`
  } catch (error) {
    // Gone, or hidden since it is another user's. Whoever has no file descriptor left must not take the living for dead.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

function startFromPs(pid: number): string | undefined {
  try {
    const [state = '', ...start] = ps(pid, 'state=,lstart=').split(/\s+/)
    return isDead(state) ? undefined : start.join(' ')
  } catch {
    return undefined
  }
}

function isDead(state: string): boolean {
  return state.startsWith('Z') || state.startsWith('X')
}

function ps(pid: number, columns: string): string {
  const environment = { ...process.env, PATH: hostPath(), LC_ALL: 'C' }
  return execFileSync('ps', ['-o', columns, '-p', String(pid)], { encoding: 'utf8', env: environment }).trim()
}
