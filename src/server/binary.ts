// HOST. Finds the `temporal` executable that our server runs: named, on PATH, in the cache, or installed now.
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { TroupeError } from '../contract/errors'
import { hostPath } from '../host-path'
import { cachedBinary } from './cache'
import { installBinary } from './install'
import { temporalVersion } from './temporal-version'

export interface TemporalBinary {
  path: string
  /** What `temporal --version` says. */
  version: string
}

/** Fails with `ServerUnavailable` where none is found and none can be installed; the message says what was tried. */
export async function findOrInstallBinary(onProgress: (line: string) => void): Promise<TemporalBinary> {
  const found = (await explicitBinary()) ?? (await firstUsable(onPath())) ?? (await firstUsable([cachedBinary()]))
  if (found) return found
  const path = await installBinary(onProgress)
  const version = await temporalVersion(path)
  if (version) return { path, version }
  throw new TroupeError('ServerUnavailable', `the Temporal CLI that was just installed does not run: ${path}`, {
    hint: 'remove it, and install the Temporal CLI by hand: https://docs.temporal.io/cli#install',
  })
}

/** A binary that is named on purpose is used or refused, never passed over. */
async function explicitBinary(): Promise<TemporalBinary | undefined> {
  const path = process.env['TROUPE_TEMPORAL_BINARY']
  if (!path) return undefined
  const version = await temporalVersion(path)
  if (version) return { path, version }
  throw new TroupeError('ServerUnavailable', `TROUPE_TEMPORAL_BINARY is not a Temporal CLI that runs here: ${path}`, {
    hint: 'name the `temporal` executable, or unset the variable to let Troupe find or install one',
  })
}

async function firstUsable(paths: string[]): Promise<TemporalBinary | undefined> {
  for (const path of paths.filter((candidate) => existsSync(candidate))) {
    const version = await temporalVersion(path)
    if (version) return { path, version }
  }
  return undefined
}

function onPath(): string[] {
  return hostPath()
    .split(delimiter)
    .map((directory) => join(directory, 'temporal'))
    .filter(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
