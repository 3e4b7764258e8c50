// Delivers slowly, so that it can be killed in the middle: `slow-delivery.ts <directory> <cwd>`; prints a line for each file.
import { writeDirectory } from '../../../src/workspace/deliver-files'
import { deliveredFiles } from './delivered-files'
import { MemoryArtifacts } from './memory-artifacts'

async function main(): Promise<void> {
  const [, , directory = '', cwd = '/'] = process.argv
  process.chdir(cwd)
  const artifacts = new MemoryArtifacts()
  const snapshot = await deliveredFiles(artifacts, 'run-1')
  artifacts.between = async (access) => {
    process.stdout.write(`${access}\n`)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
  await writeDirectory({ artifacts, snapshot, directory, mark: 'run-1' })
  process.stdout.write('delivered\n')
}

void main()
