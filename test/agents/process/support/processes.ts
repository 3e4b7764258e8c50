// Real processes and what becomes of them.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** True while a process runs; one that has ended and only waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

/** The living children of a process whose command line has a text in it (Linux). */
export function childrenOf(parent: number, text: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => {
    try {
      const [, parentPid] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []
      const isOurs = Number(parentPid) === parent && isAlive(pid)
      return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(text)
    } catch {
      return false
    }
  })
}

/** Waits until something holds; fails with its name after the time. */
export async function eventually(name: string, holds: () => boolean, withinMs = 5_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${name}`)
    await sleep(20)
  }
}

/** A file to which processes append their ids, one a line. */
export class PidFile {
  readonly directory = mkdtempSync(join(tmpdir(), 'troupe-process-'))
  readonly path = join(this.directory, 'pids')

  constructor() {
    writeFileSync(this.path, '')
  }

  pids(): number[] {
    return readFileSync(this.path, 'utf8').split('\n').filter(Boolean).map(Number)
  }

  async started(count: number): Promise<number[]> {
    await eventually(`${count} processes have written their ids`, () => this.pids().length >= count, 20_000)
    return this.pids()
  }

  remove(): void {
    for (const pid of this.pids().filter(isAlive)) process.kill(pid, 'SIGKILL')
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** What a promise is rejected with. */
export async function rejection(
  promise: Promise<unknown>,
): Promise<Error & { code?: string; hint?: string; retryable?: boolean }> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('it was expected to fail, and did not')
}
