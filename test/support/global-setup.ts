// Before all tests: one Temporal server in memory, tuned as in use. Its binary is found, or installed, by our own code.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDevServer } from '../../src/server/ensure-server'
import { identify } from '../../src/server/process-identity'
import { OWNER_FILE, TEST_DIRECTORY_PREFIX, sweepTestServers } from './test-directories'

export default async function globalSetup(): Promise<void> {
  // Whoever runs tests again and again may keep a server of their own.
  if (process.env['TROUPE_TEST_ADDRESS']) return
  await sweepTestServers()
  const stateDir = mkdtempSync(join(tmpdir(), TEST_DIRECTORY_PREFIX))
  writeFileSync(join(stateDir, OWNER_FILE), JSON.stringify(identify(process.pid)))
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`)
  const { address } = await ensureDevServer({ stateDir, ephemeral: true, onProgress })
  process.env['TROUPE_TEST_ADDRESS'] = address
  process.env['TROUPE_TEST_STATE_DIRECTORY'] = stateDir
}
