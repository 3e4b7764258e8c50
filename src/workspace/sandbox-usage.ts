// HOST. What a running command has taken so far: processes, their memory, and room on disk. The kernel is asked again and
// again; where it does not tell (other systems than Linux), memory is not bounded.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { findProcesses } from '../agents/process/process-table'

export interface Usage {
  processes: number
  memoryMb: number
}

/** Processes read before other work gets its turn. */
const SLICE = 50

/**
 * The processes of a pid namespace, by its first process as seen from here. Read from that namespace's own table, which
 * holds nothing else; undefined if it cannot be read (any more).
 */
export async function namespaceUsage(first: number, enough: number): Promise<Usage | undefined> {
  const table = join('/proc', String(first), 'root', 'proc')
  // Before its root is its own, this is the table of all processes of the machine: there, and nowhere else, we are ourselves
  if (existsSync(join(table, 'self'))) return undefined
  try {
    // The first process of all is bubblewrap's own.
    const pids = readdirSync(table).filter((name) => /^\d+$/.test(name) && name !== '1')
    return await usageOf(table, pids, enough)
  } catch {
    return undefined
  }
}

/** The processes of a group and all that came from them. */
export async function groupUsage(group: number, enough: number): Promise<Usage> {
  const found = await findProcesses({ groups: [group], markers: [], pids: new Set() })
  return usageOf(
    '/proc',
    found.map(({ pid }) => String(pid)),
    enough,
  )
}

/** Files and directories below some directories, and the megabytes that they take on disk. Stops counting entries at `enough`. */
export async function diskUsage(
  directories: readonly string[],
  enough: number,
): Promise<{ entries: number; megabytes: number }> {
  let entries = 0
  let bytes = 0
  const waiting = [...directories]
  for (let directory = waiting.pop(); directory !== undefined && entries <= enough; directory = waiting.pop()) {
    // A directory that was removed, or closed to us, meanwhile counts as nothing.
    const opened = await opendir(directory).catch(() => undefined)
    if (!opened) continue
    try {
      for await (const entry of opened) {
        if (++entries > enough) break
        const path = join(directory, entry.name)
        const stat = await lstat(path).catch(() => undefined)
        bytes += stat ? stat.blocks * 512 : 0
        if (stat?.isDirectory()) waiting.push(path)
      }
    } catch {
      continue
    }
  }
  return { entries, megabytes: bytes / (1024 * 1024) }
}

/** When there are too many processes, nobody asks for their memory. */
async function usageOf(table: string, pids: readonly string[], enough: number): Promise<Usage> {
  if (pids.length > enough) return { processes: pids.length, memoryMb: 0 }
  let kilobytes = 0
  for (const [index, pid] of pids.entries()) {
    kilobytes += ownKilobytes(`${table}/${pid}/status`)
    if (index % SLICE === SLICE - 1) await turn()
  }
  return { processes: pids.length, memoryMb: kilobytes / 1024 }
}

/** Memory that is not merely a file's: the program itself is in memory once, however many processes run it. */
function ownKilobytes(path: string): number {
  try {
    const status = readFileSync(path, 'latin1')
    const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0)
    return kilobytes('RssAnon') + kilobytes('RssShmem') + kilobytes('VmSwap')
  } catch {
    return 0
  }
}
