// HOST. The tool run_command: a shell command in the sandbox, on a copy of the agent's files that is gone afterwards; what it
// left there is the agent's next snapshot.
import { z } from 'zod'
import { asTroupeError, messageOf, type ErrorCode } from '../../../contract/errors'
import { firstOf } from '../../../contract/json'
import { snapshotOfDirectory } from '../../../workspace/directory-snapshot'
import { COMMAND_TIMEOUT_MS, NAMED_PROBLEMS } from '../../../workspace/limits'
import { runSandboxed } from '../../../workspace/sandbox'
import type { SandboxResult } from '../../../workspace/sandbox-options'
import type { Snapshot } from '../../../workspace/snapshot'
import { fileAt } from '../../../workspace/snapshots'
import { withWorkingCopy } from '../../../workspace/working-copy'
import { ChangedFiles } from '../given-tool'
import { secretValues } from '../tool-secrets'
import type { FileTool } from './file-tool'
import { refuseSecretNames, withoutSecrets } from './without-secrets'

/** Seconds that a model may ask for: a long test suite. */
const MAX_SECONDS = 600
/** Why what a command left cannot be a snapshot: it made too much of it, or names that are one on some systems. */
const NOT_KEPT: readonly ErrorCode[] = ['OutputTooLarge', 'PatchConflict']

const inputSchema = z.strictObject({
  command: z.string().min(1).max(32_000).describe('a line for /bin/sh; it starts at the top of the files'),
  timeout_seconds: z
    .int()
    .min(1)
    .max(MAX_SECONDS)
    .optional()
    .describe(`${COMMAND_TIMEOUT_MS / 1_000} unless given`),
})

export const runCommandTool: FileTool<z.output<typeof inputSchema>> = {
  description: ({ network = [], secrets = [] }) =>
    [
      `Runs a shell command on the files, in a sandbox ${network.length > 0 ? `that reaches ${network.join(', ')} by the proxy in its environment, and nobody else` : 'without network'}.`,
      'What it changes is kept: plain files, not links, empty directories or running processes.',
      ...(secrets.length > 0 ? [`Its environment has ${secrets.join(', ')}; the values are not shown.`] : []),
    ].join(' '),
  inputSchema,
  execute: async (files, { command, timeout_seconds: seconds }, signal, grant) => {
    const before = await files.snapshot()
    return withWorkingCopy(files.artifacts, before, async (directory) => {
      const result = await runSandboxed({
        command: ['/bin/sh', '-c', command],
        directory,
        signal,
        sandbox: 'required',
        env: secretValues(grant),
        ...(grant.network ? { network: grant.network } : {}),
        ...(seconds === undefined ? {} : { limits: { timeoutMs: seconds * 1_000 } }),
      })
      const leftOut: string[] = []
      try {
        const after = await snapshotOfDirectory(withoutSecrets(files.artifacts, grant, before), directory, (why) =>
          leftOut.push(why.replaceAll(`${directory}/`, '')),
        )
        refuseSecretNames(after, grant, before)
        const said = [endOf(result), ...refused(result), ...changes(before, after), ...notKept(leftOut), result.output]
        return new ChangedFiles(said.join('\n'), await files.keep(after))
      } catch (error) {
        if (!NOT_KEPT.includes(asTroupeError(error)?.code ?? 'Internal')) throw error
        const why = messageOf(error).replaceAll(directory, '.')
        const said = [
          endOf(result),
          ...refused(result),
          `its changes are not kept, the files are as before: ${why}`,
          result.output,
        ]
        return new ChangedFiles(said.join('\n'), files.id)
      }
    })
  },
}

function endOf({ exitCode, signal, exceeded }: SandboxResult): string {
  if (exceeded) return `ended for its limit of ${exceeded}`
  return exitCode === null ? `ended by ${signal}` : `exit code ${exitCode}`
}

function refused({ refusedHosts = [] }: SandboxResult): string[] {
  return refusedHosts.length === 0 ? [] : [`refused by its proxy: ${firstOf(refusedHosts, NAMED_PROBLEMS)}`]
}

function changes(before: Snapshot, after: Snapshot): string[] {
  const all = new Set([...Object.keys(before.files), ...Object.keys(after.files)])
  const changed = [...all]
    .filter((path) => fileAt(before, path)?.artifact !== fileAt(after, path)?.artifact)
    .sort()
    .map((path) => (fileAt(after, path) ? path : `${path} (removed)`))
  return changed.length === 0 ? [] : [`changed: ${firstOf(changed, NAMED_PROBLEMS)}`]
}

function notKept(leftOut: readonly string[]): string[] {
  return leftOut.length === 0 ? [] : [`not kept: ${firstOf(leftOut, NAMED_PROBLEMS)}`]
}
