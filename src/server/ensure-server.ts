// HOST. The front door: the server that the user named, else our own, started where it does not run.
import { findOrInstallBinary } from './binary'
import { environmentServer } from './environment'
import { namespaceAnswers } from './health'
import { servesInTime } from './launch'
import { withLock } from './lock'
import { ensureNamespaces } from './namespaces'
import type { EnsureServerOptions, FindServerOptions, ServerInfo } from './server-info'
import { DEFAULT_NAMESPACE, HEALTH_TIMEOUT_MS, LOOPBACK } from './settings'
import { startServer } from './start-server'
import { asStateError, prepareStateDirectory, stateDirectory } from './state-directory'
import { readLivingServer, serverFiles, toServerInfo } from './state-file'
import type { ServerState } from './state-file'
import { endServer } from './stop-server'

/** The server to use, without starting any: the environment's (unchecked), or our own where it serves. */
export async function findServer(options: FindServerOptions = {}): Promise<ServerInfo | undefined> {
  return environmentServer() ?? (await findDevServer(options))
}

/**
 * A server to use: the environment's (unchecked), or our own, which is installed and started where need be.
 * Fails with `ServerUnavailable`, whose hint says what to install or set.
 *
 * @example
 * const { address, namespace } = await ensureServer({ onProgress: (line) => console.error(line) })
 */
export async function ensureServer(options: EnsureServerOptions = {}): Promise<ServerInfo> {
  return environmentServer() ?? (await ensureDevServer(options))
}

/** Our own server where it serves, whatever the environment names. */
export async function findDevServer({ stateDir = stateDirectory() }: FindServerOptions = {}): Promise<
  ServerInfo | undefined
> {
  const state = await servingState(stateDir)
  return state && toServerInfo(state)
}

/** Our own server, whatever the environment names. Safe to be called by any number of processes at once. */
export async function ensureDevServer(options: EnsureServerOptions = {}): Promise<ServerInfo> {
  const { stateDir = stateDirectory(), namespaces = [], onProgress = () => undefined } = options
  prepareStateDirectory(stateDir)
  const state = (await servingState(stateDir)) ?? (await startOnce(stateDir, options, onProgress))
  await ensureNamespaces(`${LOOPBACK}:${state.port}`, [DEFAULT_NAMESPACE, ...namespaces])
  return toServerInfo(state)
}

function startOnce(
  directory: string,
  options: EnsureServerOptions,
  onProgress: (line: string) => void,
): Promise<ServerState> {
  const work = async (): Promise<ServerState> =>
    (await settledState(directory, onProgress)) ??
    startServer(directory, await findOrInstallBinary(onProgress), options)
  const waiting = (holder: number): void =>
    onProgress(`waiting for process ${holder}, which starts or stops the server`)
  return withLock(serverFiles(directory).lock, work, waiting).catch((error: unknown) => {
    throw asStateError(directory, error)
  })
}

/** What the last holder of the lock left: a server that serves, or soon does; one that does not is ended. Its record stays,
 * since the next one takes its ports. */
async function settledState(directory: string, onProgress: (line: string) => void): Promise<ServerState | undefined> {
  const state = readLivingServer(directory)
  if (!state) return undefined
  if (await servesInTime(state)) return state
  onProgress(`replacing the server with pid ${state.pid}, which does not answer`)
  await endServer(state)
  return undefined
}

async function servingState(directory: string): Promise<ServerState | undefined> {
  const state = readLivingServer(directory)
  if (!state) return undefined
  return (await namespaceAnswers(`${LOOPBACK}:${state.port}`, DEFAULT_NAMESPACE, HEALTH_TIMEOUT_MS)) ? state : undefined
}
