// TEAM. Runs a test command on a fresh copy of a snapshot, and reads the report that it leaves.
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NOTHING_LENT, type Lending } from '../../workspace/lending/lending'
import { readPlainFile } from '../../workspace/read-plain-file'
import { runSandboxed } from '../../workspace/sandbox'
import type { SandboxOptions, SandboxResult } from '../../workspace/sandbox-options'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { withTemporaryDirectory, withWorkingCopy } from '../../workspace/working-copy'
import { parseReport, type ParsedReport } from './parse-report'
import { KEY_FILE, REPORT_FILE } from './test-command'

/** Bytes of a report: thousands of tests with their failures. */
const REPORT_BYTES = 32 * 1024 * 1024

export interface RunOptions {
  command: readonly string[]
  readOnly?: readonly string[]
  /** What it is lent of a repository's packages. */
  lending?: Lending
  /** A directory that it may write a report into. */
  report?: string
  timeoutMs: number
  signal: AbortSignal
  sandbox: SandboxOptions['sandbox']
}

/** Runs a command of `testCommandOf`, which seals its report with a key that only this run has. */
export async function runTests(
  artifacts: Artifacts,
  snapshot: Snapshot,
  options: RunOptions,
): Promise<{ result: SandboxResult; report: ParsedReport }> {
  return withTemporaryDirectory(async (report) => {
    const key = randomUUID()
    await writeFile(join(report, KEY_FILE), key)
    const result = await runOnCopy(artifacts, snapshot, { ...options, report })
    return { result, report: parseReport(await readReport(report), key) }
  })
}

export async function runOnCopy(
  artifacts: Artifacts,
  snapshot: Snapshot,
  { timeoutMs, lending: { missing: _, ...lent } = NOTHING_LENT, ...options }: RunOptions,
): Promise<SandboxResult> {
  const limits = { timeoutMs }
  return withWorkingCopy(artifacts, snapshot, (directory) => runSandboxed({ ...options, ...lent, directory, limits }))
}

/** Undefined where there is none. What the tests have put in its place (a link, a pipe) is none. */
async function readReport(directory: string): Promise<string | undefined> {
  const bytes = await readPlainFile(directory, REPORT_FILE, REPORT_BYTES).catch(() => undefined)
  return bytes && Buffer.from(bytes).toString('utf8')
}
