// HOST. A home for one command, with copies of some parts of the user's: what it changes there is its own, and gone afterwards.
import { constants } from 'node:fs'
import { copyFile, lstat, mkdir, readdir, readlink, realpath, symlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { TroupeError } from '../contract/errors'
import { COMMAND_DISK_ENTRIES, COMMAND_HOME_MB } from './limits'
import { diskUsage } from './sandbox-usage'

/** The user works on in it meanwhile, names a part of a part as well, or may not read all of it: the rest is copied. */
const SKIPPED = ['ENOENT', 'EEXIST', 'EACCES']

/**
 * Copies parts of the user's home to the same places below another directory; what is not there is left out.
 *
 * @throws TroupeError `OutputTooLarge` for more than is copied for one command
 */
export async function copyHome(paths: readonly string[], directory: string): Promise<void> {
  for (const path of paths) {
    // The part itself may be a link, as those have it who keep their settings in a repository
    const source = await realpath(join(homedir(), path)).catch(() => undefined)
    if (source === undefined) continue
    const { entries, megabytes } = await diskUsage([source], COMMAND_DISK_ENTRIES)
    if (megabytes > COMMAND_HOME_MB || entries > COMMAND_DISK_ENTRIES) {
      throw new TroupeError('OutputTooLarge', `"${path}" in your home is too large to be copied for each run`, {
        hint: `name the parts of it that are needed: at most ${COMMAND_HOME_MB} MB in ${COMMAND_DISK_ENTRIES.toLocaleString('en')} files`,
      })
    }
    const target = join(directory, path)
    await mkdir(dirname(target), { recursive: true })
    await copyTree(source, target)
  }
}

/** Links stay links: in a sandbox they lead to what was copied too, or nowhere. Sockets and pipes lead to programs of the user. */
async function copyTree(from: string, to: string): Promise<void> {
  try {
    const stat = await lstat(from)
    if (stat.isSymbolicLink()) return await symlink(await readlink(from), to)
    if (stat.isFile()) return await copyFile(from, to, constants.COPYFILE_FICLONE)
    if (!stat.isDirectory()) return
    await mkdir(to, { recursive: true })
    for (const name of await readdir(from)) await copyTree(join(from, name), join(to, name))
  } catch (error) {
    if (!SKIPPED.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
