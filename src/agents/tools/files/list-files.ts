// HOST. The tool list_files: paths with their sizes; of many files only the directories, with how many files each has.
import { z } from 'zod'
import type { Snapshot } from '../../../workspace/snapshot'
import type { FileTool } from './file-tool'
import { pathsBelow } from './find-file'

/** Lines of one answer: some ten thousand tokens at most. */
const MAX_LINES = 500

const inputSchema = z.strictObject({
  directory: z.string().optional().describe('only what is below it, for example "src"; everything unless given'),
})

export const listFilesTool: FileTool<z.output<typeof inputSchema>> = {
  description: 'Lists the files, or those below a directory, with their sizes in bytes.',
  inputSchema,
  execute: async (files, { directory }) => {
    const snapshot = await files.snapshot()
    const paths = pathsBelow(snapshot, directory)
    if (paths.length === 0) return 'there are no files'
    if (paths.length <= MAX_LINES) return paths.map((path) => fileLine(snapshot, path)).join('\n')
    const lines = oneLevel(snapshot, paths, directory)
    const more = lines.length - MAX_LINES
    return [
      `${paths.length} files in all; the files and directories of one level, name a directory for more:`,
      ...lines.slice(0, MAX_LINES),
      ...(more > 0 ? [`… and ${more} more`] : []),
    ].join('\n')
  },
}

function fileLine({ files }: Snapshot, path: string): string {
  const { bytes, executable } = files[path]!
  return `${path} (${bytes}${executable ? ', executable' : ''})`
}

function oneLevel(snapshot: Snapshot, paths: readonly string[], directory = ''): string[] {
  const top = directory.replace(/^\.?(\/|$)/, '').replace(/\/+$/, '')
  const begin = top === '' ? 0 : top.length + 1
  const counts = new Map<string, number>()
  const lines: string[] = []
  for (const path of paths) {
    const end = path.indexOf('/', begin)
    if (end < 0) lines.push(fileLine(snapshot, path))
    else counts.set(path.slice(0, end + 1), (counts.get(path.slice(0, end + 1)) ?? 0) + 1)
  }
  return [...[...counts].map(([name, count]) => `${name} (${count} files)`), ...lines]
}
