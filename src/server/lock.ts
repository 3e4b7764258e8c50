// HOST. One holder at a time over all processes of this machine, and none for ever: a crashed holder is passed over.
import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TroupeError } from '../contract/errors'
import { identify, isRunning } from './process-identity'
import type { ProcessIdentity } from './process-identity'

/** How often a waiting process looks again: what is guarded takes a second at least. */
const POLL_MS = 100

/**
 * Runs `work` while no other process runs work under the same path; waits for a living holder, however long it takes.
 *
 * The lock is a row of files `<path>.<generation>`. Whoever creates the next generation after a released or dead one
 * holds it, if no later one exists. The latest is never removed, so that a slow contender cannot repeat an old claim.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait?: (holder: number) => void): Promise<T> {
  let told: number | undefined
  for (;;) {
    const claim = tryClaim(path)
    if (typeof claim === 'string') {
      try {
        return await work()
      } finally {
        release(claim)
      }
    }
    if (claim.pid !== told) onWait?.((told = claim.pid))
    await sleep(POLL_MS)
  }
}

/** The file of the generation that is now ours, or its living holder. */
function tryClaim(path: string): string | ProcessIdentity {
  for (;;) {
    const latest = Math.max(0, ...generations(path))
    const holder = latest === 0 ? undefined : readHolder(`${path}.${latest}`)
    if (holder && isRunning(holder)) return holder
    const mine = `${path}.${latest + 1}`
    if (!create(mine)) continue
    const all = generations(path)
    if (Math.max(...all) > latest + 1) {
      rmSync(mine, { force: true })
      continue
    }
    for (const older of all.filter((generation) => generation <= latest)) rmSync(`${path}.${older}`, { force: true })
    return mine
  }
}

function generations(path: string): number[] {
  const prefix = `${basename(path)}.`
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix))
  return names.map((name) => Number(name.slice(prefix.length))).filter((generation) => Number.isInteger(generation))
}

/** Undefined for a generation that is released or gone. One that cannot be read may be held: that is an error. */
function readHolder(file: string): ProcessIdentity | undefined {
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text) as ProcessIdentity
  } catch {
    // Released; or emptied by a power failure, which its holder did not survive either.
    return undefined
  }
}

/** A link is made whole or not at all, so that no reader sees a claim without its holder. */
function create(file: string): boolean {
  const draft = writeDraft(file, JSON.stringify(ourselves()))
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function release(file: string): void {
  renameSync(writeDraft(file, 'released'), file)
}

function writeDraft(file: string, text: string): string {
  const draft = join(dirname(file), `draft-${randomUUID()}`)
  writeFileSync(draft, text)
  return draft
}

function ourselves(): ProcessIdentity {
  const identity = identify(process.pid)
  if (identity) return identity
  throw new TroupeError('Internal', `cannot find process ${process.pid}, which is this one, in /proc or by ps`, {
    hint: 'install ps (procps), or mount /proc',
  })
}
