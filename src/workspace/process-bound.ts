// HOST. The kernel's own bound on the processes of a command, as a control group, where we may make one. Looking and killing
// is too slow for a fork bomb on a busy machine; the limit of a shell (`ulimit -u`) does it for users, and not for root.
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isGone, processName } from './process-name'

/** Where the controller of process numbers is, in the kernel's first and second hierarchy. */
const MOUNTS = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup']
const PREFIX = 'troupe-'

export interface ProcessBound {
  /** Program and arguments that enter the group and become what follows them. */
  enter: readonly string[]
  /** To be called when nothing is left in it. */
  remove(): void
}

/** At most so many processes, their threads counted too; nothing is bound where the system does not let us. */
export function boundProcesses(maximum: number): ProcessBound {
  for (const mount of MOUNTS) {
    const group = join(mount, `${PREFIX}${processName()}_${randomUUID()}`)
    try {
      if (!existsSync(mount)) continue
      removeLeftovers(mount)
      mkdirSync(group)
      writeFileSync(join(group, 'pids.max'), String(maximum), { flag: 'r+' })
      return {
        enter: ['/bin/sh', '-c', 'echo $$ > "$0"; exec "$@"', join(group, 'cgroup.procs')],
        remove: () => leave(group),
      }
    } catch {
      // No right to make groups, or none of this kind
      leave(group)
    }
  }
  return { enter: [], remove: () => undefined }
}

/** A group without processes is an empty directory to the system, whatever is shown in it. */
function leave(group: string): void {
  try {
    rmdirSync(group)
  } catch {
    // It was never made, or something is dying in it still: whoever comes next removes it
  }
}

function removeLeftovers(mount: string): void {
  for (const name of readdirSync(mount)) {
    const [owner] = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('_') : []
    if (owner !== undefined && isGone(owner)) leave(join(mount, name))
  }
}
