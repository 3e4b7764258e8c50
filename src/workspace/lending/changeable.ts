// HOST. Who may put something else in the place of a directory, after it was looked at and before it is lent by its name: a link
// to somewhere that only the worker's user may read.
import { lstat, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'

const WRITABLE_BY_OTHERS = 0o002
/** Nobody removes or renames what is another's in such a directory: `/tmp`. */
const STICKY = 0o1000

/** Whether another user may, here or on the way to it; root may everywhere, and those of a group are trusted with it. */
export async function isChangeableByOthers(directory: string): Promise<boolean> {
  const found = await realpath(directory)
  for (let path = found; ; path = dirname(path)) {
    const { uid, mode } = await lstat(path)
    const shared = (mode & WRITABLE_BY_OTHERS) !== 0 && (path === found || (mode & STICKY) === 0)
    if (shared || (uid !== 0 && uid !== process.getuid?.())) return true
    if (path === dirname(path)) return false
  }
}
