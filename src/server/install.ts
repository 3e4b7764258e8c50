// HOST. Installs the Temporal CLI into the cache, once for all processes: by download, else by Go.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { TroupeError, messageOf } from '../contract/errors'
import { cacheDirectory, cachedBinary, createWorkroom, keepBinary } from './cache'
import { downloadTemporal } from './download'
import { goInstallTemporal } from './go-install'
import { withLock } from './lock'
import { prepareDirectory } from './state-directory'
import { temporalVersion } from './temporal-version'

const WAYS = [downloadTemporal, goInstallTemporal]

/** The path in the cache. Fails with `ServerUnavailable`, whose message has the reason of every way that was tried. */
export async function installBinary(onProgress: (line: string) => void): Promise<string> {
  const cache = cacheDirectory()
  prepareDirectory(cache, 'cache', 'XDG_CACHE_HOME')
  const waiting = (holder: number): void => onProgress(`waiting for process ${holder}, which installs the Temporal CLI`)
  return withLock(join(cache, 'install.lock'), () => installLocked(onProgress), waiting)
}

async function installLocked(onProgress: (line: string) => void): Promise<string> {
  // Another process may have installed it while we waited.
  if (await temporalVersion(cachedBinary())) return cachedBinary()
  const reasons: string[] = []
  for (const way of WAYS) {
    const directory = createWorkroom()
    try {
      const file = await way({ directory, onProgress })
      if (!(await temporalVersion(file))) throw new Error('what was installed does not run here')
      return keepBinary(file)
    } catch (error) {
      reasons.push(messageOf(error))
      onProgress(messageOf(error))
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }
  throw new TroupeError(
    'ServerUnavailable',
    `no Temporal server: no TEMPORAL_ADDRESS, no \`temporal\` on PATH, none in ${cacheDirectory()}; ${reasons.join('; ')}`,
    {
      hint: 'install the Temporal CLI (https://docs.temporal.io/cli#install) or Go, or set TEMPORAL_ADDRESS to a server, or TROUPE_TEMPORAL_BINARY to a `temporal` executable',
    },
  )
}
