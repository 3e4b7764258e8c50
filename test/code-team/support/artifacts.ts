// Artifacts in memory, and snapshots made of texts.
import { createHash } from 'node:crypto'
import type { Artifacts, Snapshot } from '../../../src/workspace/snapshot'
import { textFiles } from '../../../src/workspace/snapshots'

export function memoryArtifacts(): Artifacts {
  const kept = new Map<string, Uint8Array>()
  return {
    async put(content) {
      const bytes = Buffer.from(content)
      const id = createHash('sha256').update(bytes).digest('hex')
      kept.set(id, bytes)
      return id
    },
    get: async (id) => kept.get(id) ?? Promise.reject(new Error(`no artifact ${id}`)),
  }
}

export async function snapshotOf(artifacts: Artifacts, texts: Record<string, string>): Promise<Snapshot> {
  return { files: await textFiles(artifacts, texts) }
}
