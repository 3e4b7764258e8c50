// HOST. A snapshot becomes a directory that people own: all of it or nothing, at most once, and never over what is there.
import { createHash, randomUUID } from 'node:crypto'
import { access, constants, lstat, mkdir, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { TroupeError } from '../contract/errors'
import { isObject } from '../contract/json'
import { MARK_FILE_BYTES } from './limits'
import { materialise } from './materialise'
import { readPlainFile } from './read-plain-file'
import { isGone, processName } from './process-name'
import { removeTree } from './remove-tree'
import { isRepositoryTop } from './repository'
import type { Artifacts, Snapshot } from './snapshot'
import { readText } from './snapshots'

/** The file that says which run a directory came from: JSON with the run's id as `run`. */
export const MARK_FILE = 'run.json'

const STAGING = '.troupe-delivery_'
const CHOICES =
  'name a directory that is new or empty, or the top of a git repository, where a branch is made (--dir DIRECTORY)'

export interface DirectoryOptions {
  artifacts: Artifacts
  /** With `run.json` in it, whose `runId` is the mark. */
  snapshot: Snapshot
  directory: string
  /** The run's id. */
  mark: string
}

/**
 * What a delivery to a directory would be: plain files (new or empty, also inside a repository), or a branch.
 *
 * @throws TroupeError `DeliveryRefused` naming what is there, before anything is started
 */
export async function deliveryTarget(directory: string): Promise<'new' | 'repository'> {
  const target = await realTarget(directory)
  const names = await namesIn(target)
  if (names === undefined) return refuseUnwritable(await nearestExisting(target), target)
  if (names.length === 0) return refuseUnwritable(target, target)
  if (await isRepositoryTop(target)) return 'repository'
  throw notEmpty(target, names)
}

/**
 * Delivers a snapshot. A directory that this run was delivered to already is left as it is: that is success.
 *
 * @throws TroupeError `DeliveryRefused` if something else is there
 */
export async function writeDirectory(options: DirectoryOptions): Promise<void> {
  const { artifacts, snapshot, mark } = options
  if (markIn(await readText(artifacts, snapshot, MARK_FILE)) !== mark) {
    throw new TroupeError('Internal', `${MARK_FILE} of the snapshot to deliver does not name the run ${mark}`)
  }
  const directory = await realTarget(options.directory)
  if (await isDelivered(directory, mark)) return
  const names = await namesIn(directory)
  const ready = readyName(mark)
  // An earlier delivery got as far as moving its files in.
  if (names?.includes(ready)) return moveIn(directory, ready)
  if (names) await removeStagings(directory)
  const left = (await namesIn(directory)) ?? []
  if (left.length > 0) throw notEmpty(directory, left)
  if (names && (await mustStay(directory))) return fill(options, directory)
  await replace(options, directory)
}

/** A directory that is new, or empty and nobody's: one renaming puts everything in its place. */
async function replace(options: DirectoryOptions, directory: string): Promise<void> {
  const { artifacts, snapshot, mark } = options
  const parent = dirname(directory)
  await mkdir(parent, { recursive: true })
  await removeStagings(parent)
  const staging = join(parent, `${STAGING}${processName()}_${randomUUID()}`)
  try {
    await materialise(artifacts, snapshot, staging)
    await rename(staging, directory)
  } catch (error) {
    await removeTree(staging)
    const { code } = error as NodeJS.ErrnoException
    // A mount point, or a system that replaces no directory, empty or not.
    if (code === 'EBUSY' || code === 'EXDEV' || code === 'EPERM') return fill(options, directory)
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    if (!(await isDelivered(directory, mark))) throw notEmpty(directory, (await namesIn(directory)) ?? [])
  }
}

/** An empty directory that cannot be replaced: everything is made ready inside it first, and then moved to its place. */
async function fill({ artifacts, snapshot, mark }: DirectoryOptions, directory: string): Promise<void> {
  await removeStagings(directory)
  const staging = `${STAGING}${processName()}_${randomUUID()}`
  try {
    await materialise(artifacts, snapshot, join(directory, staging))
    await rename(join(directory, staging), join(directory, readyName(mark)))
  } finally {
    await removeTree(join(directory, staging))
  }
  await moveIn(directory, readyName(mark))
}

/** May be broken off and begun again; the mark comes last. */
async function moveIn(directory: string, ready: string): Promise<void> {
  const names = await readdir(join(directory, ready))
  for (const name of names.sort((one) => (one === MARK_FILE ? 1 : -1))) {
    const inTheWay = await lstat(join(directory, name)).catch(() => undefined)
    if (inTheWay) throw notEmpty(directory, [name])
    await rename(join(directory, ready, name), join(directory, name))
  }
  await rmdir(join(directory, ready))
}

async function removeStagings(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = name.startsWith(STAGING) ? name.split('_')[1] : undefined
    if (owner !== undefined && isGone(owner)) await rm(join(parent, name), { recursive: true, force: true })
  }
}

/** True for the folder that this process, and the terminal that it was started in, stands in. */
async function mustStay(directory: string): Promise<boolean> {
  const [target, here] = await Promise.all([stat(directory), stat('.').catch(() => undefined)])
  return target.dev === here?.dev && target.ino === here.ino
}

/** Links on the way to a directory are the user's own, and followed once, here. */
async function realTarget(directory: string): Promise<string> {
  const path = resolve(directory)
  const existing = await lstat(path).catch(() => undefined)
  if (existing === undefined) return path
  const real = await realpath(path).catch(() => undefined)
  if (real !== undefined && (await stat(real)).isDirectory()) return real
  const what = real === undefined ? 'is a link that leads nowhere' : 'is there, and is no directory'
  throw new TroupeError('DeliveryRefused', `${path} ${what}`, { hint: CHOICES })
}

async function namesIn(directory: string): Promise<string[] | undefined> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new TroupeError('DeliveryRefused', `${directory} cannot be read: ${error.code}`, { hint: CHOICES })
  })
}

async function isDelivered(directory: string, mark: string): Promise<boolean> {
  const bytes = await readPlainFile(directory, MARK_FILE, MARK_FILE_BYTES).catch(() => undefined)
  return bytes !== undefined && markIn(Buffer.from(bytes).toString('utf8')) === mark
}

function markIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) && typeof value.runId === 'string' ? value.runId : undefined
  } catch {
    return undefined
  }
}

/** Hashed: a run's id may hold what no file name can. */
function readyName(mark: string): string {
  return `${STAGING}ready_${createHash('sha256').update(mark).digest('hex').slice(0, 16)}`
}

async function nearestExisting(path: string): Promise<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((await lstat(folder).catch(() => undefined)) || folder === dirname(folder)) return folder
  }
}

async function refuseUnwritable(existing: string, target: string): Promise<'new'> {
  const found = await stat(existing).catch(() => undefined)
  const writable = await access(existing, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  if (found?.isDirectory() && writable) return 'new'
  const why = found?.isDirectory() ? `${existing} is not writable` : `${existing} is no directory`
  throw new TroupeError('DeliveryRefused', `${target} cannot be made: ${why}`, { hint: CHOICES })
}

function notEmpty(directory: string, names: readonly string[]): TroupeError {
  const more = names.length > 3 ? `, and ${names.length - 3} more` : ''
  const what = names.slice(0, 3).map((name) => JSON.stringify(name))
  return new TroupeError(
    'DeliveryRefused',
    `${directory} is not empty (${what.join(', ')}${more}): nothing is written over`,
    {
      hint: CHOICES,
    },
  )
}
