// TEAM. Runs a test command on a fresh copy of a snapshot, and reads the report that it leaves.
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { runSandboxed } from '../../workspace/sandbox'
import type { SandboxOptions, SandboxResult } from '../../workspace/sandbox-options'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { withTemporaryDirectory, withWorkingCopy } from '../../workspace/working-copy'
import { REPORT_FILE } from './test-command'

/** Bytes of a report: thousands of tests with their failures. */
const REPORT_BYTES = 32 * 1024 * 1024

export interface RunOptions {
  command: readonly string[]
  readOnly?: readonly string[]
  timeoutMs: number
  signal: AbortSignal
  sandbox: SandboxOptions['sandbox']
}

export async function runOnCopy(
  artifacts: Artifacts,
  snapshot: Snapshot,
  { command, readOnly = [], timeoutMs, signal, sandbox }: RunOptions,
): Promise<{ result: SandboxResult; report: string | undefined }> {
  return withWorkingCopy(artifacts, snapshot, (directory) =>
    withTemporaryDirectory(async (report) => {
      const limits = { timeoutMs }
      const result = await runSandboxed({ command, directory, readOnly, report, limits, signal, sandbox })
      return { result, report: await readReport(join(report, REPORT_FILE)) }
    }),
  )
}

/** Undefined where there is none. What the tests have put in its place (a link, a pipe) is none. */
async function readReport(path: string): Promise<string | undefined> {
  // Not blocking: a pipe would never be opened
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined)
  if (!file) return undefined
  try {
    const stat = await file.stat()
    return stat.isFile() && stat.size <= REPORT_BYTES ? await file.readFile('utf8') : undefined
  } finally {
    await file.close()
  }
}
