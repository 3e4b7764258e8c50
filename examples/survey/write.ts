// Where the report goes, and how: a reader never sees half of it, and a second attempt leaves the same.
import { mkdir, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** The absolute path of the report: `out` itself, or SURVEY.md in it if it is a folder. */
export async function reportPath(out: string): Promise<string> {
  const path = resolve(out)
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false
  return isFolder || out.endsWith('/') ? join(path, 'SURVEY.md') : path
}

export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.new`
  await writeFile(temporary, text)
  await rename(temporary, path)
}
