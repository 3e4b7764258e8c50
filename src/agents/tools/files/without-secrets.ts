// HOST. What a command leaves of its secrets in files: nothing that is kept.
import { createHash } from 'node:crypto'
import { TroupeError } from '../../../contract/errors'
import type { ToolGrant } from '../../../contract/tools'
import type { Artifacts, Snapshot } from '../../../workspace/snapshot'
import { secretFinder } from '../../models/secrets'

/** The same store, which refuses what holds a secret of the grant, unless it was there before the command. */
export function withoutSecrets(
  artifacts: Artifacts,
  { secrets = [] }: Pick<ToolGrant, 'secrets'>,
  before: Snapshot,
): Artifacts {
  if (secrets.length === 0) return artifacts
  const find = secretFinder(process.env, secrets)
  const known = new Set(Object.values(before.files).map(({ artifact }) => artifact))
  return {
    get: (artifact) => artifacts.get(artifact),
    put: async (content) => {
      const bytes = Buffer.from(content as Uint8Array)
      const name = find(bytes)
      if (name === undefined || known.has(createHash('sha256').update(bytes).digest('hex')))
        return artifacts.put(content)
      throw new TroupeError('PathRefused', `a file with the secret ${name} in it`)
    },
  }
}

/** @throws TroupeError `PatchConflict` for a name of a file that holds a secret of the grant */
export function refuseSecretNames(
  { files }: Snapshot,
  { secrets = [] }: Pick<ToolGrant, 'secrets'>,
  before: Snapshot,
): void {
  const names = Object.keys(files).filter((path) => !Object.hasOwn(before.files, path))
  const name = secretFinder(process.env, secrets)(Buffer.from(names.join('\0')))
  if (name !== undefined) throw new TroupeError('PatchConflict', `the name of a file holds the secret ${name}`)
}
