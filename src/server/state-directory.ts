// HOST. Where this project's server, its database and its store live: one directory, found the same way by every process.
import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { TroupeError, messageOf } from '../contract/errors'

const STATE_DIRECTORY = 'state directory'
const STATE_VARIABLE = 'TROUPE_DIR'
const FILE_REFUSALS = ['EACCES', 'EDQUOT', 'EIO', 'EISDIR', 'ENOENT', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS']

/** The absolute path of `TROUPE_DIR`, or of `.troupe` in the working directory. It need not exist. */
export function stateDirectory(): string {
  return resolve(process.env['TROUPE_DIR'] || '.troupe')
}

/** Creates a state directory where it is missing, and refuses one that cannot be written. */
export function prepareStateDirectory(directory: string): void {
  prepareDirectory(directory, STATE_DIRECTORY, STATE_VARIABLE)
  // What is in it belongs to this machine, not into anybody's repository
  const ignore = join(directory, '.gitignore')
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n')
}

/** `variable` is the environment variable by which the user can choose another directory. */
export function prepareDirectory(directory: string, purpose: string, variable: string): void {
  try {
    makeDirectory(resolve(directory))
    accessSync(directory, constants.W_OK)
  } catch (error) {
    throw cannotWrite(directory, purpose, variable, error)
  }
}

/** Step by step: Node's own `recursive` never returns where a directory takes no entries, as in /proc. Databases, logs and
 * locks are nobody else's. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return
  makeDirectory(dirname(directory))
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it meanwhile
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** What the file system refused in a state directory, for example on a full disk, said like that; else the same error. */
export function asStateError(directory: string, error: unknown): unknown {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException
  const isRefusal = syscall !== undefined && FILE_REFUSALS.includes(code ?? '')
  return isRefusal ? cannotWrite(directory, STATE_DIRECTORY, STATE_VARIABLE, error) : error
}

function cannotWrite(directory: string, purpose: string, variable: string, cause: unknown): TroupeError {
  return new TroupeError('StoreUnavailable', `cannot write to the ${purpose} ${directory}: ${messageOf(cause)}`, {
    hint: `make it writable and make room, or set ${variable} to another directory`,
    cause,
  })
}
