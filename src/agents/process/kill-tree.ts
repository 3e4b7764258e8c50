// HOST. Ends processes and everything that came from them: asked first, then killed, until the process table shows none.
// Used by the watchdog's own program too: nothing but Node's built-ins and the process table here.
import { KILL_GRACE_MS, KILL_LIMIT_MS } from './limits'
import { findProcesses, type ProcessEntry, type ProcessSearch } from './process-table'

/**
 * Ends a process group, everything that carries the execution's marker (also what left the group by setsid), and their
 * descendants: SIGTERM, and SIGKILL after `graceMs` (0: at once). Resolves when nothing is left, to true; to false if
 * something outlived SIGKILL for 3 s.
 *
 * @example
 * await killTree(child.pid, marker)
 */
export async function killTree(group: number, marker: string, graceMs = KILL_GRACE_MS): Promise<boolean> {
  const hunt = new Hunt({ groups: [group], markers: [marker] })
  const begin = performance.now()
  let asked = false
  for (;;) {
    // Each look waits for its turn at the process table, so this loop does not spin.
    const found = await hunt.look()
    if (found.length === 0) return true
    const elapsed = performance.now() - begin
    if (elapsed > graceMs + KILL_LIMIT_MS) return false
    if (elapsed >= graceMs) hunt.signal('SIGKILL')
    else if (!asked) hunt.signal('SIGTERM')
    asked = true
  }
}

/** Looks for processes again and again, and does not forget those it once found: their parents die before them. */
export class Hunt {
  readonly #known = new Set<number>()
  #found: ProcessEntry[] = []

  constructor(private readonly search: Pick<ProcessSearch, 'groups' | 'markers'>) {}

  /** What runs now of all that was ever found. */
  async look(): Promise<ProcessEntry[]> {
    this.#found = await findProcesses({ ...this.search, pids: this.#known })
    for (const { pid } of this.#found) this.#known.add(pid)
    return this.#found
  }

  /** Signals the groups, each by one call that no fork escapes, and one by one what was found outside of them. */
  signal(signal: NodeJS.Signals): void {
    const groups = new Set(this.search.groups)
    for (const group of groups) send(-group, signal)
    for (const { pid, group } of this.#found) if (!groups.has(group)) send(pid, signal)
  }
}

/** Throws nothing: the process may have ended by now, or be another user's. */
function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal)
  } catch {
    return
  }
}
