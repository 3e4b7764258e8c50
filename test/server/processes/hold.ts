// A process that takes a lock, says so, and never lets go.
import { withLock } from '../../../src/server/lock'

const [, , lock = ''] = process.argv

void withLock(lock, async () => {
  process.stdout.write('held\n')
  await new Promise((resolve) => setTimeout(resolve, 600_000))
})
