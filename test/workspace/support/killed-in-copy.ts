// A process that is killed while it works on a copy: it prints where that is, and waits.
import { withWorkingCopy } from '../../../src/workspace/working-copy'
import { textFiles } from '../../../src/workspace/snapshots'
import { MemoryArtifacts } from './memory-artifacts'

async function main(): Promise<void> {
  const artifacts = new MemoryArtifacts()
  await withWorkingCopy(artifacts, { files: await textFiles(artifacts, { 'a/b.txt': 'b' }) }, (directory) => {
    process.stdout.write(`${directory}\n`)
    return new Promise((resolve) => setTimeout(resolve, 60_000))
  })
}

void main()
