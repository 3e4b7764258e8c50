// HOST. Descriptors that this process inherited and would hand on: a shell or a service manager may have left a file or a
// directory open, and an open directory is a way out of any sandbox.
import type { StdioOptions } from 'node:child_process'
import { openSync, readdirSync, readFileSync } from 'node:fs'

const CLOSED_ON_EXEC = 0o2000000

let nowhere: number | undefined

/** The same stdio with each inheritable descriptor above it replaced by /dev/null. */
export function covered(stdio: ('ignore' | 'pipe')[]): StdioOptions {
  const leaks = inheritable().filter((descriptor) => descriptor >= stdio.length)
  if (leaks.length === 0) return stdio
  const target = (nowhere ??= openSync('/dev/null', 'r+'))
  const all: (number | 'ignore' | 'pipe')[] = [...stdio]
  // Between them nothing is open: "ignore" leaves it so.
  while (all.length <= Math.max(...leaks)) all.push(leaks.includes(all.length) ? target : 'ignore')
  return all
}

function inheritable(): number[] {
  return readdirSync('/proc/self/fdinfo').flatMap((name) => {
    try {
      const flags = /^flags:\s+0?([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'latin1'))?.[1]
      return flags === undefined || (Number.parseInt(flags, 8) & CLOSED_ON_EXEC) !== 0 ? [] : [Number(name)]
    } catch {
      // Closed meanwhile: the one that listed the others.
      return []
    }
  })
}
