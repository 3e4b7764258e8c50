// HOST. Ends our own server, and only ours. Its database stays.
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { TroupeError } from '../contract/errors'
import { withLock } from './lock'
import { isRunning } from './process-identity'
import type { ProcessIdentity } from './process-identity'
import type { FindServerOptions } from './server-info'
import { STOP_TIMEOUT_MS } from './settings'
import { readLivingServer, removeState, serverFiles } from './state-file'
import { prepareStateDirectory, stateDirectory } from './state-directory'

const POLL_MS = 50

/** Stops the state directory's server; false where none was running. */
export async function stopServer({ stateDir = stateDirectory() }: FindServerOptions = {}): Promise<boolean> {
  if (!existsSync(serverFiles(stateDir).state)) return false
  prepareStateDirectory(stateDir)
  return withLock(serverFiles(stateDir).lock, async () => {
    const server = readLivingServer(stateDir)
    if (server) await endServer(server)
    removeState(stateDir)
    return server !== undefined
  })
}

/** Asks a process to end, and kills it when it does not. The identity says that it is still the one that is meant. */
export async function endServer(server: ProcessIdentity): Promise<'was gone' | 'ended' | 'killed'> {
  if (!isRunning(server)) return 'was gone'
  send(server, 'SIGTERM')
  if (await isGone(server)) return 'ended'
  send(server, 'SIGKILL')
  if (await isGone(server)) return 'killed'
  throw new TroupeError('ServerUnavailable', `process ${server.pid} of the Temporal server cannot be ended`, {
    hint: `end it by hand: kill -9 ${server.pid}`,
  })
}

function send({ pid }: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function isGone(server: ProcessIdentity): Promise<boolean> {
  const deadline = Date.now() + STOP_TIMEOUT_MS
  while (isRunning(server)) {
    if (Date.now() > deadline) return false
    await sleep(POLL_MS)
  }
  return true
}
