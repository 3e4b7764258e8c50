// HOST. Removes a directory with all that is in it, also what a command made unwritable. Links in it are removed, not followed.
import { chmod, lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

export async function removeTree(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true })
  } catch {
    await unlock(directory)
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function unlock(path: string): Promise<void> {
  const stat = await lstat(path).catch(() => undefined)
  if (!stat?.isDirectory()) return
  await chmod(path, 0o700)
  for (const name of await readdir(path)) await unlock(join(path, name))
}
