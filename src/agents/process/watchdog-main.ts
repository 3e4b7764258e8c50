// HOST. The watchdog's own program: it outlives its worker by a moment. Its standard input is a pipe that only the worker
// holds; when that closes, for whatever reason, all process groups it was told of and all that carries the worker's marker
// is killed. Nothing but Node's built-ins and the process table here.
import { createInterface } from 'node:readline'
import { Hunt } from './kill-tree'
import { WATCHDOG_LIMIT_MS, WATCHDOG_QUIET_LOOKS } from './limits'

const [, , marker] = process.argv
const groups = new Set<number>()

// Whoever stops the worker by signalling its whole service must not stop this first.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => undefined)

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const group = Number(line.slice(1))
    // 0 and 1 as a group would mean our own, or everything.
    if (!Number.isInteger(group) || group < 2) return
    if (line.startsWith('+')) groups.add(group)
    else groups.delete(group)
  })
  .on('close', () => void endAll())

async function endAll(): Promise<void> {
  const hunt = new Hunt({ groups, markers: marker === undefined ? [] : [marker] })
  const end = performance.now() + WATCHDOG_LIMIT_MS
  // Each look waits for its turn at the process table, so this loop does not spin.
  for (let quiet = 0; quiet < WATCHDOG_QUIET_LOOKS && performance.now() < end;) {
    quiet = (await hunt.look()).length === 0 ? quiet + 1 : 0
    hunt.signal('SIGKILL')
  }
  process.exit(0)
}
