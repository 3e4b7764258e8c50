// The directories that a process has for its commands, by its pid: other tests have theirs in the same place.
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** Their names, also after that process has gone and until another removes them. */
export function workingCopiesOf(pid: number | undefined): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('troupe-copy_') && name.includes(`-${pid}-`))
}
