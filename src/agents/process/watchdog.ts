// HOST. The worker's side of the watchdog: one small process, outside the worker's event loop and session, that ends the
// worker's child processes when the worker is gone, however it went.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { builtFile } from '../../package-root'
import { WATCHDOG_RESTART_MS } from './limits'

/** In the environment of everything that this worker process starts, as `TROUPE_WORKER`. */
export const WORKER_MARKER = randomUUID()

const groups = new Set<number>()
let watchdog: ChildProcess | undefined

/** Starts the watchdog unless it runs. Call it before the spawn: only the marker covers what is not registered yet. */
export function ensureWatchdog(): void {
  if (watchdog) return
  // Not the worker's environment (NODE_OPTIONS), but where Node's libraries are; not its folder, which it would keep busy.
  const started = spawn(
    process.execPath,
    ['--max-old-space-size=32', builtFile('src/agents/process/watchdog-main.js'), WORKER_MARKER],
    {
      cwd: '/',
      env: { LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH },
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  )
  watchdog = started
  const lost = () => {
    if (watchdog !== started) return
    watchdog = undefined
    if (groups.size > 0) setTimeout(ensureWatchdog, WATCHDOG_RESTART_MS).unref()
  }
  started.once('error', lost).once('exit', lost)
  // It ends between two of our writes only if it was killed: `exit` says so.
  started.stdin?.on('error', () => undefined)
  started.unref()
  const pipe = started.stdin as Socket | null
  pipe?.unref()
  for (const group of groups) tell('+', group)
}

/** From now on the group dies with this process. */
export function registerGroup(group: number): void {
  groups.add(group)
  tell('+', group)
}

/** The group is empty: its number may soon be another's. */
export function releaseGroup(group: number): void {
  groups.delete(group)
  tell('-', group)
}

/** Process groups that run at the moment. */
export function registeredGroups(): number {
  return groups.size
}

function tell(sign: '+' | '-', group: number): void {
  if (watchdog?.stdin?.writable) watchdog.stdin.write(`${sign}${group}\n`)
}
