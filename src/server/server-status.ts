// HOST. What `troupe server status` says.
import { environmentServer } from './environment'
import { namespaceAnswers } from './health'
import type { FindServerOptions, ServerInfo } from './server-info'
import { DEFAULT_NAMESPACE, HEALTH_TIMEOUT_MS } from './settings'
import { stateDirectory } from './state-directory'
import { readLivingServer, serverFiles, toServerInfo } from './state-file'

export interface ServerStatus {
  /** Of our own server: `unhealthy` lives and does not answer. */
  state: 'running' | 'unhealthy' | 'stopped'
  /** Our own server, unless stopped. */
  server?: ServerInfo
  /** ISO time of its start. */
  started?: string
  /** What its `temporal --version` says. */
  version?: string
  /** Its log; of the last start where it is stopped. */
  logFile: string
  /** The server that the environment names, which Troupe uses instead of its own; not checked. */
  environment?: ServerInfo
}

export async function serverStatus({ stateDir = stateDirectory() }: FindServerOptions = {}): Promise<ServerStatus> {
  const environment = environmentServer()
  const common = { logFile: serverFiles(stateDir).log, ...(environment ? { environment } : {}) }
  const state = readLivingServer(stateDir)
  if (!state) return { state: 'stopped', ...common }
  const server = toServerInfo(state)
  const healthy = await namespaceAnswers(server.address, DEFAULT_NAMESPACE, HEALTH_TIMEOUT_MS)
  return { state: healthy ? 'running' : 'unhealthy', server, started: state.started, version: state.version, ...common }
}
