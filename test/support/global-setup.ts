// Before all tests: one Temporal server in memory, tuned as in use, but for what other servers do not have either. Its binary
// is found, or installed, by our own code.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDevServer } from '../../src/server/ensure-server'
import { probeSandbox } from '../../src/workspace/sandbox-probe'
import { DYNAMIC_CONFIG } from '../../src/server/settings'
import { identify } from '../../src/server/process-identity'
import { OWNER_FILE, TEST_DIRECTORY_PREFIX, sweepTestServers } from './test-directories'

export default async function globalSetup(): Promise<void> {
  hideSettings()
  await probeTheSandbox()
  // Whoever runs tests again and again may keep a server of their own.
  if (process.env['TROUPE_TEST_ADDRESS']) return
  await sweepTestServers()
  const stateDir = mkdtempSync(join(tmpdir(), TEST_DIRECTORY_PREFIX))
  writeFileSync(join(stateDir, OWNER_FILE), JSON.stringify(identify(process.pid)))
  // Temporal's own default: runs must bear it
  DYNAMIC_CONFIG['history.maximumBufferedEventsBatch'] = 100
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`)
  const { address } = await ensureDevServer({ stateDir, ephemeral: true, onProgress }).catch((error: unknown) => {
    // Jest calls no teardown after a set-up that fails.
    rmSync(stateDir, { recursive: true, force: true })
    throw error
  })
  process.env['TROUPE_TEST_ADDRESS'] = address
  process.env['TROUPE_TEST_STATE_DIRECTORY'] = stateDir
}

/** Tests about the sandbox need one; see sandbox.ts. */
async function probeTheSandbox(): Promise<void> {
  const { works, reason = '' } = await probeSandbox()
  process.env['TROUPE_TEST_SANDBOX'] = works ? 'works' : reason
  if (!works) process.stderr.write(`NOT TESTED HERE: the sandbox, since ${reason}. Its tests are counted as skipped.\n`)
}

/** Settings of servers, stores and models. */
const SETTINGS = /^(TEMPORAL|TROUPE|OLLAMA|ANTHROPIC|OPENAI|GOOGLE_GENERATIVE_AI|OPENAI_COMPATIBLE)_(?!TEST_|TEMPORAL_)/

/** What whoever runs the tests has set must neither decide them nor be touched, and no model of theirs be paid. */
function hideSettings(): void {
  for (const name of Object.keys(process.env).filter((name) => SETTINGS.test(name))) delete process.env[name]
  const continueAfter = process.env['TROUPE_TEST_CONTINUE_AFTER_EVENTS']
  if (continueAfter) process.env['TROUPE_CONTINUE_AFTER_EVENTS'] = continueAfter
  process.env['TEMPORAL_CONFIG_FILE'] = join(tmpdir(), 'troupe-tests-have-no-temporal-profile.toml')
}
