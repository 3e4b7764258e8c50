// HOST. Where this package lies on disk: from there the programs that run as processes of their own are found, built, even
// when the code that starts them runs from its TypeScript sources.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { TroupeError } from './contract/errors'

let found: string | undefined

/** The folder of this package: the nearest one upwards whose package.json is named "troupe". */
export function packageRoot(): string {
  found ??= search(__dirname)
  return found
}

/** The absolute path of a built file: `builtFile('src/cli/main.js')` is `<root>/dist/src/cli/main.js`. */
export function builtFile(relative: string): string {
  const path = join(packageRoot(), 'dist', relative)
  if (existsSync(path)) return path
  throw new TroupeError('Internal', `${path} is missing: the package is not built`, { hint: 'npm run build' })
}

function search(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (packageName(join(folder, 'package.json')) === 'troupe') return folder
    if (folder === dirname(folder)) {
      throw new TroupeError('Internal', `no package.json named "troupe" in ${start} or above`, {
        hint: 'reinstall troupe',
      })
    }
  }
}

function packageName(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { name?: string }
  return manifest.name
}
