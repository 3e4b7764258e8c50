// HOST. Loads a module that a user wrote: TypeScript through jiti, anything else as Node itself does.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createJiti } from 'jiti'
import { messageOf, TroupeError } from '../../contract/errors'
import { packageRoot } from '../../package-root'

const TYPESCRIPT = /\.[cm]?tsx?$/

/**
 * The exports of a module, by its absolute path.
 *
 * @throws InvalidTeam if there is no such file, or it cannot be loaded
 */
export async function loadModule(path: string): Promise<Record<string, unknown>> {
  if (!existsSync(path))
    throw new TroupeError('InvalidTeam', `there is no module ${path}`, { hint: 'correct the path' })
  try {
    const loaded = TYPESCRIPT.test(path) ? await loadTypeScript(path) : await import(pathToFileURL(path).href)
    return loaded as Record<string, unknown>
  } catch (error) {
    throw new TroupeError('InvalidTeam', `the module ${path} could not be loaded: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function loadTypeScript(path: string): Promise<unknown> {
  // A module beside which nothing is installed gets this very package when it imports it.
  const index = join(packageRoot(), 'dist/src/index.js')
  return createJiti(__filename, { alias: existsSync(index) ? { troupe: index } : {} }).import(path)
}
