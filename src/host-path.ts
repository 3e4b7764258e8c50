// HOST. Where programs are looked for that run as this user, outside of any sandbox: not where a repository may have put them.
// `npx` and scripts of npm put `node_modules/.bin` first, and that may be under version control.
import { delimiter, isAbsolute, normalize, sep } from 'node:path'

/** What a system has anyhow: an empty PATH would stand for the working directory. */
const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin'

/** PATH without relative directories, and without any within a directory of packages. */
export function hostPath(path = process.env.PATH): string {
  const directories = (path ?? '')
    .split(delimiter)
    .filter((directory) => isAbsolute(directory) && !isPackage(directory))
  return directories.join(delimiter) || SYSTEM_PATH
}

function isPackage(directory: string): boolean {
  return normalize(directory).split(sep).includes('node_modules')
}
