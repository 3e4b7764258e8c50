// HOST. A file of the agent's own by its path, or an answer that helps a model that named another.
import { choicesHint } from '../../../contract/nearest'
import { quote } from '../../../contract/json'
import { pathProblem } from '../../../workspace/paths'
import { plainText } from '../../../workspace/plain-text'
import { fileAt, readBytes } from '../../../workspace/snapshots'
import type { Snapshot } from '../../../workspace/snapshot'
import type { AgentFiles } from './agent-files'

/** @throws Error that names what is near, where there is no such file, or it is no text */
export async function readTextFile(files: AgentFiles, path: string): Promise<string> {
  const snapshot = await files.snapshot()
  const file = fileAt(snapshot, path)
  if (!file) throw new Error(missing(snapshot, path))
  const text = plainText(await readBytes(files.artifacts, snapshot, path))
  if (text === undefined) throw new Error(`${quote(path)} is binary: ${file.bytes} bytes that are no UTF-8 text`)
  return text
}

/** The paths below a directory, in order; a file's own path is below itself. Without a directory all of them. */
export function pathsBelow(snapshot: Snapshot, directory: string | undefined): string[] {
  const top = (directory ?? '').replace(/^\.?(\/|$)/, '').replace(/\/+$/, '')
  const paths = Object.keys(snapshot.files)
  const below = top === '' ? paths : paths.filter((path) => path === top || path.startsWith(`${top}/`))
  if (below.length === 0 && top !== '') throw new Error(missing(snapshot, top))
  return below
}

function missing(snapshot: Snapshot, path: string): string {
  const problem = pathProblem(path)
  if (problem !== undefined) return `the path ${quote(path)} is refused: ${problem}`
  const paths = Object.keys(snapshot.files)
  if (paths.some((one) => one.startsWith(`${path}/`))) return `${quote(path)} is a directory`
  return `there is no file ${quote(path)}; ${choicesHint(path, paths, 'files')}`
}
