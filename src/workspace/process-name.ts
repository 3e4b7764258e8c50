// HOST. A name for this process that no other has: pids are reused, and containers that share a directory share no pids.
import { readFileSync, readlinkSync } from 'node:fs'

/** `<pid namespace>-<pid>-<start>`; where the system does not tell, its parts are 0. */
export function processName(): string {
  return `${pidNamespace()}-${process.pid}-${startOf(process.pid) ?? 0}`
}

/** Whether the process of such a name is certainly gone; never for one of another pid namespace, which cannot be seen. */
export function isGone(name: string): boolean {
  const [namespace, pid, start] = name.split('-')
  if (namespace !== pidNamespace() || !/^[1-9]\d*$/.test(pid ?? '')) return false
  const now = startOf(Number(pid))
  if (start !== '0' && now !== undefined) return now !== start
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0'
  } catch {
    return '0'
  }
}

/** In ticks since the machine's start. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
