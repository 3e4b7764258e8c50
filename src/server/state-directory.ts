// HOST. Where this project's server, its database and its store live: one directory, found the same way by every process.
import { accessSync, constants, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { TroupeError, messageOf } from '../contract/errors'

/** The absolute path of `TROUPE_DIR`, or of `.troupe` in the working directory. It need not exist. */
export function stateDirectory(): string {
  return resolve(process.env['TROUPE_DIR'] || '.troupe')
}

/** Creates a state directory where it is missing, and refuses one that cannot be written. */
export function prepareStateDirectory(directory: string): void {
  prepareDirectory(directory, 'state directory', 'TROUPE_DIR')
}

/** `variable` is the environment variable by which the user can choose another directory. */
export function prepareDirectory(directory: string, purpose: string, variable: string): void {
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
  } catch (error) {
    throw new TroupeError('StoreUnavailable', `cannot write to the ${purpose} ${directory}: ${messageOf(error)}`, {
      hint: `make it writable, or set ${variable} to a directory that is`,
      cause: error,
    })
  }
}
