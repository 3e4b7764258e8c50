// HOST. Starts our own server on ports that are free, under the state directory's lock.
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { TemporalBinary } from './binary'
import { launch, servesInTime, startFailure } from './launch'
import { withLock } from './lock'
import { anyFreePort, exactPort, isFree, nextFreePort } from './ports'
import type { EnsureServerOptions } from './server-info'
import { DEFAULT_PORT, DEFAULT_UI_PORT, START_ATTEMPTS, START_TIMEOUT_MS } from './settings'
import { prepareDirectory } from './state-directory'
import { readState, removeState, serverFiles } from './state-file'
import type { ServerState } from './state-file'
import { endServer } from './stop-server'

/** Call it under the state directory's lock. The answer serves already. */
export async function startServer(
  directory: string,
  binary: TemporalBinary,
  options: EnsureServerOptions,
): Promise<ServerState> {
  const onProgress = options.onProgress ?? (() => undefined)
  const previous = readState(directory)
  const start = async (): Promise<ServerState> => {
    for (let attempt = 1; ; attempt++) {
      const ports = await choosePorts(options, previous)
      onProgress(`starting a Temporal server on port ${ports.port} (${binary.path})`)
      const databaseFile = options.ephemeral ? undefined : serverFiles(directory).database
      const state = launch(directory, binary, { ...ports, databaseFile, namespaces: options.namespaces ?? [] })
      if (await servesInTime(state)) return state
      const ended = await endServer(state)
      removeState(directory)
      const portLost = ended === 'was gone' && !(await areFree(ports))
      if (portLost && attempt < START_ATTEMPTS) continue
      const reason = ended === 'was gone' ? 'it ended' : `it does not answer after ${START_TIMEOUT_MS / 1000} s`
      throw startFailure(directory, binary.path, reason)
    }
  }
  // Servers of other projects that start at the same time must not be given the same ports.
  return withLock(portsLock(), start, (holder) =>
    onProgress(`waiting for process ${holder}, which starts a server too`),
  )
}

async function areFree({ port, uiPort }: { port: number; uiPort?: number }): Promise<boolean> {
  return (await isFree(port)) && (uiPort === undefined || (await isFree(uiPort)))
}

async function choosePorts(
  { port, uiPort, ephemeral }: EnsureServerOptions,
  previous?: ServerState,
): Promise<{ port: number; uiPort?: number }> {
  if (ephemeral) {
    return {
      port: port === undefined ? await anyFreePort() : await exactPort(port, 'the server'),
      ...(uiPort === undefined ? {} : { uiPort: await exactPort(uiPort, 'the UI') }),
    }
  }
  // A killed server comes back where its workers and open pages look for it. One in memory left nothing to come back to.
  const before = previous?.databaseFile ? previous : undefined
  const server =
    port === undefined
      ? await sameOrNextPort(before?.port, DEFAULT_PORT, [uiPort ?? 0])
      : await exactPort(port, 'the server')
  const ui =
    uiPort === undefined
      ? await sameOrNextPort(before?.uiPort, DEFAULT_UI_PORT, [server])
      : await exactPort(uiPort, 'the UI')
  return { port: server, uiPort: ui }
}

async function sameOrNextPort(before: number | undefined, first: number, taken: number[]): Promise<number> {
  const isUsable = before !== undefined && !taken.includes(before) && (await isFree(before))
  return isUsable ? before : nextFreePort(first, taken)
}

/** Ports belong to the machine, not to a state directory; the lock is one for each user. */
function portsLock(): string {
  const directory = join(tmpdir(), `troupe-${userInfo().uid}`)
  prepareDirectory(directory, 'directory of locks', 'TMPDIR')
  return join(directory, 'ports.lock')
}
