// What a run of the name has to deliver: forty files in a few folders, and its mark.
import type { Snapshot } from '../../../src/workspace/snapshot'
import { textFiles } from '../../../src/workspace/snapshots'
import type { MemoryArtifacts } from './memory-artifacts'

export async function deliveredFiles(artifacts: MemoryArtifacts, run: string): Promise<Snapshot> {
  const texts = Array.from({ length: 40 }, (_, index) => [
    `folder-${index % 8}/file-${index}.txt`,
    `${index} of ${run}`,
  ])
  return {
    files: await textFiles(artifacts, {
      ...Object.fromEntries(texts),
      'REPORT.md': '#',
      'run.json': JSON.stringify({ runId: run }),
    }),
  }
}
