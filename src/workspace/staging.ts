// HOST. Where changes of a working tree are made ready, and the repair of what a killed process has left there: in git's own
// directory, since what is found there afterwards is believed. A tree may come from anybody, and hold what looks like ours.
import { randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, TroupeError } from '../contract/errors'
import { firstOf, isObject } from '../contract/json'
import { ConfinedDirectory } from './confined-directory'
import { gitText } from './git'
import { NAMED_PROBLEMS, SNAPSHOT_DOCUMENT_BYTES } from './limits'
import { checkPath } from './paths'
import { isGone, processName } from './process-name'
import { readPlainFile } from './read-plain-file'
import { removeTree } from './remove-tree'
import { isRepositoryTop } from './repository'
import { checkSnapshot } from './snapshots'
import { ASIDE, JOURNAL, restore } from './staged-changes'
import { absent, type TreeChange } from './tree-changes'

/** The beginning of its name; the process follows. */
const STAGING = 'troupe-apply_'

/** A file that is nowhere else. */
export interface KeptFile {
  place: number
  path: string
}

/** Git's own directory of a working tree. */
export async function stagingPlace(directory: string): Promise<string> {
  if (!(await isRepositoryTop(directory))) {
    throw new TroupeError('DeliveryRefused', `nothing is changed in ${directory}: it is not the top of a repository`)
  }
  return realpath(await gitText(['rev-parse', '--absolute-git-dir'], { directory }))
}

/** Calls `work` with a new directory, which is removed afterwards, unless something of the user's is in it. */
export async function withStaging(place: string, work: (folder: ConfinedDirectory) => Promise<void>): Promise<void> {
  const name = `${STAGING}${processName()}_${randomUUID()}`
  const parent = await ConfinedDirectory.open(place)
  let isNeeded = false
  try {
    const folder = await parent.create(name)
    await work(folder)
      .catch((error: unknown) => {
        isNeeded = error instanceof NotPutBack
        throw error
      })
      .finally(() => folder.close())
  } finally {
    await parent.close()
    if (!isNeeded) await removeTree(join(place, name))
  }
}

/**
 * A process that was killed may have moved a file aside and nothing into its place: it comes back.
 *
 * @throws TroupeError `DeliveryRefused` naming what could not be put back, and where it is
 */
export async function repairLeftovers(directory: string, place: string): Promise<void> {
  const parent = await ConfinedDirectory.open(place)
  const names = await parent.names().finally(() => parent.close())
  for (const name of names) {
    const owner = name.startsWith(STAGING) ? name.slice(STAGING.length).split('_')[0] : undefined
    if (owner === undefined || !isGone(owner)) continue
    await repair(directory, join(place, name))
    await removeTree(join(place, name))
  }
}

async function repair(directory: string, staging: string): Promise<void> {
  const aside = await ConfinedDirectory.open(join(staging, ASIDE)).catch(absent)
  if (!aside) return
  const top = await ConfinedDirectory.open(directory)
  try {
    const places = (await aside.names()).map(Number)
    if (places.length === 0) return
    const changes = await readJournal(staging)
    const kept: KeptFile[] = []
    for (const place of places) {
      const change = changes[place]
      // Where the new file is in its place already, that stays
      const isBack = change && (await restore({ top, aside }, place, change).catch(() => false))
      if (!isBack) kept.push({ place, path: change?.path ?? '?' })
    }
    if (kept.length > 0) throw notPutBack(aside.path, kept)
  } finally {
    await aside.close()
    await top.close()
  }
}

async function readJournal(staging: string): Promise<TreeChange[]> {
  try {
    const bytes = await readPlainFile(staging, JOURNAL, SNAPSHOT_DOCUMENT_BYTES)
    const journal: unknown = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'))
    if (!Array.isArray(journal)) throw new Error('it is no list')
    return journal.map(checkChange)
  } catch (error) {
    throw new NotPutBack(
      `${join(staging, ASIDE)} holds files that were moved aside, and nothing says where they belong`,
      {
        hint: `look into them, then remove ${staging}`,
        cause: error,
      },
    )
  }
}

function checkChange(value: unknown): TreeChange {
  if (!isObject(value) || typeof value.path !== 'string') throw new Error('it names no path')
  const path = checkPath(value.path)
  return value.from === undefined
    ? { path }
    : { path, from: checkSnapshot({ files: { [path]: value.from } }).files[path]! }
}

/** What somebody has written is nowhere else: its directory stays. */
class NotPutBack extends TroupeError {
  constructor(message: string, options: { hint: string; cause?: unknown }) {
    super('DeliveryRefused', message, options)
  }
}

export function notPutBack(aside: string, kept: readonly KeptFile[], cause?: unknown): TroupeError {
  const named = kept.map(({ place, path }) => `"${path}" is ${join(aside, String(place))}`)
  const why = cause === undefined ? '' : ` (it was begun, and given up: ${messageOf(cause)})`
  return new NotPutBack(
    `not everything could be put back into the working tree: ${firstOf(named, NAMED_PROBLEMS)}${why}`,
    {
      hint: `put it where you want it, then remove ${join(aside, '..')}`,
      cause,
    },
  )
}
