// After all tests: ends the server that the set-up started, and removes its directory.
import { rmSync } from 'node:fs'
import { stopServer } from '../../src/server/stop-server'

export default async function globalTeardown(): Promise<void> {
  const stateDir = process.env['TROUPE_TEST_STATE_DIRECTORY']
  if (!stateDir) return
  await stopServer({ stateDir })
  rmSync(stateDir, { recursive: true, force: true })
}
