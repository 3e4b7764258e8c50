// HOST. What runs on this machine: each process with its parent, its group and its environment, and which of them belong
// to a worker or an execution. Used by the watchdog's own program too: nothing but Node's built-ins here.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { SCAN_INTERVAL_MS, SCAN_SHARE, SCAN_SLICE } from './limits'

export interface ProcessEntry {
  pid: number
  parent: number
  group: number
  /** Its environment at its start, and on other systems than Linux its command line too; empty if we may not read it. */
  environment: Buffer
}

/** What to look for: whole process groups, and everything whose environment holds one of these unique ids. */
export interface ProcessSearch {
  groups: Iterable<number>
  markers: readonly string[]
  /** Processes that are meant in any case. */
  pids: ReadonlySet<number>
}

const run = promisify(execFile)
/** Above the whole process table with environments: a few thousand processes of some KB each. */
const TABLE_BYTES = 64 * 1024 * 1024

let upcoming: Promise<ProcessEntry[]> | undefined
let earliest = 0

/**
 * All processes but those that have ended and only wait to be reaped, read after this call. Those who ask at the same time
 * share one look, and looks keep a distance: a hundred executions that are ended at once cost no more than one.
 */
function listProcesses(): Promise<ProcessEntry[]> {
  upcoming ??= sleep(Math.max(0, earliest - performance.now())).then(async () => {
    upcoming = undefined
    const begin = performance.now()
    const entries = await (process.platform === 'linux' ? listFromProc() : listFromPs())
    earliest = begin + Math.max(SCAN_INTERVAL_MS, (performance.now() - begin) * SCAN_SHARE)
    return entries
  })
  return upcoming
}

/**
 * The processes that a search means, with all their descendants: one that cleared its environment and left its group is
 * still found while its parent lives. Never this process itself, nor the first one.
 */
export async function findProcesses(search: ProcessSearch): Promise<ProcessEntry[]> {
  const groups = new Set(search.groups)
  const meant = (entry: ProcessEntry) =>
    groups.has(entry.group) ||
    search.pids.has(entry.pid) ||
    search.markers.some((marker) => entry.environment.includes(marker))
  const entries = (await listProcesses()).filter((entry) => entry.pid !== process.pid && entry.pid > 1)
  const found = new Set(entries.filter(meant))
  const children = new Map<number, ProcessEntry[]>()
  for (const entry of entries) children.set(entry.parent, [...(children.get(entry.parent) ?? []), entry])
  // A set that grows while it is walked is walked to its end.
  for (const entry of found) for (const child of children.get(entry.pid) ?? []) found.add(child)
  return [...found]
}

async function listFromProc(): Promise<ProcessEntry[]> {
  const entries: ProcessEntry[] = []
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  for (const [index, name] of names.entries()) {
    const entry = readEntry(Number(name))
    if (entry) entries.push(entry)
    if (index % SCAN_SLICE === SCAN_SLICE - 1) await turn()
  }
  return entries
}

function readEntry(pid: number): ProcessEntry | undefined {
  const stat = read(`/proc/${pid}/stat`)?.toString('latin1')
  if (stat === undefined) return undefined
  // pid (name, which may hold anything) state parent group …
  const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (state === 'Z' || state === 'X' || group === '0') return undefined
  const environment = read(`/proc/${pid}/environ`) ?? Buffer.alloc(0)
  return { pid, parent: Number(parent), group: Number(group), environment }
}

/** Undefined if the process has ended in the meantime, or is another user's. */
function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

async function listFromPs(): Promise<ProcessEntry[]> {
  const { stdout } = await run('ps', ['axeww', '-o', 'pid=,ppid=,pgid=,stat=,command='], { maxBuffer: TABLE_BYTES })
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, group, state, rest] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s(.*)$/.exec(line) ?? []
    if (pid === undefined || state?.startsWith('Z')) return []
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), environment: Buffer.from(rest ?? '') }]
  })
}
