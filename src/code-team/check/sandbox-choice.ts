// TEAM. Whether tests run in the sandbox: always where it works. Where it does not, only with leave, or if every file is one
// that came with this package.
import { createHash } from 'node:crypto'
import { requireSandbox, probeSandbox } from '../../workspace/sandbox-probe'
import type { SandboxOptions } from '../../workspace/sandbox-options'
import type { Snapshot } from '../../workspace/snapshot'

export interface SandboxLeave {
  /** Strangers' code may run with all that this user may do. */
  allowUnsandboxed?: boolean
  /** SHA-256 of files that may: those of the bundled demo. */
  trusted?: () => ReadonlySet<string>
}

/**
 * `ours` are texts that we wrote ourselves.
 *
 * @throws TroupeError `SandboxUnavailable`
 */
export async function chooseSandbox(
  { files }: Snapshot,
  { allowUnsandboxed, trusted }: SandboxLeave,
  ours: readonly string[] = [],
): Promise<SandboxOptions['sandbox']> {
  if ((await probeSandbox()).works) return 'required'
  if (allowUnsandboxed) return 'none'
  const known = new Set([
    ...(trusted?.() ?? []),
    ...ours.map((text) => createHash('sha256').update(text).digest('hex')),
  ])
  const all = Object.values(files)
  // An artifact's name is the SHA-256 of its bytes
  if (trusted && all.length > 0 && all.every(({ artifact }) => known.has(artifact))) return 'none'
  await requireSandbox()
  return 'required'
}
