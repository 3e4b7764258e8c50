// A process that starts a server and dies, with SIGKILL, before anyone has seen whether it serves.
import { findOrInstallBinary } from '../../../src/server/binary'
import { launch } from '../../../src/server/launch'
import { withLock } from '../../../src/server/lock'
import { anyFreePort } from '../../../src/server/ports'
import { prepareStateDirectory, stateDirectory } from '../../../src/server/state-directory'
import { serverFiles } from '../../../src/server/state-file'

async function main(): Promise<void> {
  const directory = stateDirectory()
  prepareStateDirectory(directory)
  const binary = await findOrInstallBinary(() => undefined)
  const port = await anyFreePort()
  const { lock, database } = serverFiles(directory)
  await withLock(lock, async () => {
    const { pid } = launch(directory, binary, { port, databaseFile: database, namespaces: [] })
    process.stdout.write(`${pid}\n`, () => process.kill(process.pid, 'SIGKILL'))
    await new Promise((resolve) => setTimeout(resolve, 60_000))
  })
}

void main()
