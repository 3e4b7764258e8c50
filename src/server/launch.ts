// HOST. Starts a Temporal server as a process of its own, which outlives ours, and waits until it serves.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, statfsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { TroupeError } from '../contract/errors'
import type { TemporalBinary } from './binary'
import { namespaceAnswers } from './health'
import { identify, isRunning } from './process-identity'
import type { ProcessIdentity } from './process-identity'
import { DEFAULT_NAMESPACE, HEALTH_TIMEOUT_MS, LOOPBACK, START_TIMEOUT_MS, launchArguments } from './settings'
import type { LaunchSettings } from './settings'
import { serverFiles, writeState } from './state-file'
import type { ServerState } from './state-file'

const POLL_MS = 50
/** The end of the server's log that an error quotes. */
const LOG_TAIL_CHARACTERS = 1_500

/** Starts the process and records it at once, so that a crash of ours never leaves a server that nobody knows. */
export function launch(directory: string, binary: TemporalBinary, settings: LaunchSettings): ServerState {
  const files = serverFiles(directory)
  if (existsSync(files.log)) renameSync(files.log, files.previousLog)
  const log = openSync(files.log, 'a')
  const child = spawn(binary.path, launchArguments(settings), {
    cwd: directory,
    env: serverEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  // Without a listener, a failed spawn would end our process; the missing pid below says the same.
  child.once('error', () => undefined)
  child.unref()
  const identity = child.pid === undefined ? undefined : identify(child.pid)
  if (!identity) throw startFailure(directory, binary.path, 'it ended at once')
  const { port, uiPort, databaseFile } = settings
  const state: ServerState = {
    ...identity,
    port,
    ...(uiPort === undefined ? {} : { uiPort }),
    binary: binary.path,
    version: binary.version,
    ...(databaseFile ? { databaseFile } : {}),
    started: new Date().toISOString(),
  }
  try {
    writeState(directory, state)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return state
}

/** Whether the server serves before the limit; false when its process ends or the time is over. */
export async function servesInTime(server: ProcessIdentity & { port: number }): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline && isRunning(server)) {
    if (await namespaceAnswers(`${LOOPBACK}:${server.port}`, DEFAULT_NAMESPACE, HEALTH_TIMEOUT_MS)) {
      // The answer may come from another server that took the port first, while ours was ending.
      return isRunning(server)
    }
    await sleep(POLL_MS)
  }
  return false
}

/** What is thrown when a server does not start; with the end of its log, since only that knows why. */
export function startFailure(directory: string, binary: string, reason: string): TroupeError {
  const { log } = serverFiles(directory)
  const tail = existsSync(log) ? readFileSync(log, 'utf8').trim().slice(-LOG_TAIL_CHARACTERS) : ''
  return new TroupeError(
    'ServerUnavailable',
    `the Temporal server (${binary}) did not start: ${reason}. ${tail || silence(directory)}`.trim(),
    {
      hint: `read ${log}; another binary can be named with TROUPE_TEMPORAL_BINARY, another server with TEMPORAL_ADDRESS`,
    },
  )
}

/** A full disk keeps the reason from being logged as well. */
function silence(directory: string): string {
  const { bavail, bsize } = statfsSync(directory)
  return `Its log is empty; ${(bavail * bsize).toLocaleString('en')} bytes are free for its database in ${directory}`
}

/** Settings that are meant for Temporal's clients, for example a profile, are not for the server. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')))
}
