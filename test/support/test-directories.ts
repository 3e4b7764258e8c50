// The directories of test servers; those whose test run was killed are swept by the next one, with their servers.
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRunning } from '../../src/server/process-identity'
import type { ProcessIdentity } from '../../src/server/process-identity'
import { stopServer } from '../../src/server/stop-server'

export const TEST_DIRECTORY_PREFIX = 'troupe-test-server-'
/** Names the jest process that the directory belongs to. */
export const OWNER_FILE = 'owner.json'

/** Stops the servers of test runs that are gone. */
export async function sweepTestServers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(TEST_DIRECTORY_PREFIX))) {
    const stateDir = join(tmpdir(), name)
    const owner = readOwner(stateDir)
    if (!owner || isRunning(owner)) continue
    await stopServer({ stateDir })
    rmSync(stateDir, { recursive: true, force: true })
  }
}

function readOwner(stateDir: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(join(stateDir, OWNER_FILE), 'utf8')) as ProcessIdentity
  } catch {
    return undefined
  }
}
