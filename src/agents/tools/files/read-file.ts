// HOST. The tool read_file: a text file, or some of its lines; as many as a model is told at once.
import { z } from 'zod'
import { quote } from '../../../contract/json'
import { RESULT_LENGTH } from '../../models/tool-guard'
import type { AgentFiles } from './agent-files'
import type { FileTool } from './file-tool'
import { readTextFile } from './find-file'

/** Characters of lines in one answer; the rest of what a model is told at once is for the line that says which they are. */
const LINES_LENGTH = RESULT_LENGTH - 1_000

const line = z.int().min(1)
const inputSchema = z.strictObject({
  path: z.string().describe('relative to the top of the files, for example "src/main.js"'),
  from_line: line.optional().describe('the first line to read, from 1'),
  to_line: line.optional().describe('the last line to read'),
})

export const readFileTool: FileTool<z.output<typeof inputSchema>> = {
  description: 'Reads a text file, or the lines from from_line to to_line of it. A long one comes in parts.',
  inputSchema,
  execute: async (files: AgentFiles, { path, from_line: from = 1, to_line: to }) => {
    const text = await readTextFile(files, path)
    if (text === '') return `${quote(path)} is empty`
    const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
    if (from > lines.length) throw new Error(`${quote(path)} has ${lines.length} lines; there is no line ${from}`)
    if (to !== undefined && to < from) throw new Error(`to_line (${to}) is before from_line (${from})`)
    const wanted = lines.slice(from - 1, to)
    const shown = asManyAsFit(wanted)
    const last = from + shown.length - 1
    const more = shown.length < wanted.length ? `; go on with from_line ${last + 1}` : ''
    return `${quote(path)}, lines ${from} to ${last} of ${lines.length}${more}\n${shown.join('\n')}`
  },
}

/** At least one of them, cut if it must be. */
function asManyAsFit(lines: readonly string[]): string[] {
  const [first = ''] = lines
  if (first.length > LINES_LENGTH)
    return [`${first.slice(0, LINES_LENGTH)}\n[cut: this line has ${first.length} characters]`]
  let length = 0
  const end = lines.findIndex((one) => (length += one.length + 1) > LINES_LENGTH)
  return end < 0 ? [...lines] : lines.slice(0, Math.max(1, end))
}
