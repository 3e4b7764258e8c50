// Directories for one test file, removed after it; and a walk over what a store wrote.
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A new directory, removed when the test file ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'troupe-storage-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }))
  return directory
}

/** All files below a directory, as paths relative to it with `/`; none if it does not exist. */
export function filesBelow(directory: string): string[] {
  if (!existsSync(directory)) return []
  return (readdirSync(directory, { recursive: true }) as string[])
    .filter((entry) => statSync(path.join(directory, entry)).isFile())
    .map((entry) => entry.split(path.sep).join('/'))
}

/** Ids of the artifacts whose files a store holds, whatever it says of them. */
export function artifactFiles(directory: string): string[] {
  return filesBelow(path.join(directory, 'artifacts')).map((file) => path.basename(file))
}
