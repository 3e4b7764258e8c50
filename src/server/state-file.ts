// HOST. `server.json`: which server is ours. Written whole or not at all, and read by every process of the project.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine, isRunning } from './process-identity'
import type { ProcessIdentity } from './process-identity'
import type { ServerInfo } from './server-info'
import { LOOPBACK } from './settings'
import { environmentNamespace } from './environment'

export interface ServerState extends ProcessIdentity {
  port: number
  uiPort?: number
  binary: string
  /** What `temporal --version` says. */
  version: string
  databaseFile?: string
  /** ISO time of the start. */
  started: string
}

/** The files of a state directory that belong to the server. */
export function serverFiles(directory: string): {
  state: string
  log: string
  previousLog: string
  database: string
  lock: string
} {
  return {
    state: join(directory, 'server.json'),
    log: join(directory, 'server.log'),
    previousLog: join(directory, 'server.previous.log'),
    database: join(directory, 'temporal.db'),
    lock: join(directory, 'server.lock'),
  }
}

/** The recorded server, if its process is still the one that was recorded and still a Temporal server on that port. */
export function readLivingServer(directory: string): ServerState | undefined {
  const state = readState(directory)
  return state && isRunning(state) && isOurs(state) ? state : undefined
}

export function writeState(directory: string, state: ServerState): void {
  const { state: file } = serverFiles(directory)
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(state, undefined, 2)}\n`)
  renameSync(draft, file)
}

export function removeState(directory: string): void {
  rmSync(serverFiles(directory).state, { force: true })
}

export function toServerInfo(state: ServerState): ServerInfo {
  return {
    address: `${LOOPBACK}:${state.port}`,
    ...(state.uiPort === undefined ? {} : { uiUrl: `http://${LOOPBACK}:${state.uiPort}` }),
    namespace: environmentNamespace(),
    origin: 'dev-server',
    pid: state.pid,
    binary: state.binary,
    ...(state.databaseFile ? { databaseFile: state.databaseFile } : {}),
  }
}

/** The server that was recorded last, whether it lives or not. Anything but a whole record counts as none. */
export function readState(directory: string): ServerState | undefined {
  try {
    const state = JSON.parse(readFileSync(serverFiles(directory).state, 'utf8')) as ServerState
    return Number.isInteger(state.pid) && Number.isInteger(state.port) ? state : undefined
  } catch {
    return undefined
  }
}

function isOurs({ pid, port }: ServerState): boolean {
  const line = commandLine(pid)
  return line.includes('server start-dev') && line.includes(`--port ${port} `)
}
