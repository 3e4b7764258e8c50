// TEAM. What coder and test-agent have in common: the form of their answer, and how files are shown to them.
import { material } from './material'

export const FILES_ANSWER = `You answer with one JSON object:
- "files": the files that you write, each once, with its "path" and its whole "content", never a part or a difference. A file that you do not name stays as it is. Paths count from the top of the program, with "/" between plain names: "src/money.js".
- "remove": paths of files of yours that are to go, none of which is in "files"; usually none.
- "notes": one or two sentences on what a reviewer should know.`

/** Files as material, each under its path. */
export function shownFiles(title: string, files: ReadonlyMap<string, string>): string | undefined {
  if (files.size === 0) return undefined
  return [title, ...[...files].map(([path, text]) => material(`File ${path}`, text))].join('\n\n')
}
