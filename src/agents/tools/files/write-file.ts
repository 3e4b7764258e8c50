// HOST. The tools write_file and edit_file: another snapshot comes of them, and nothing on any disk.
import { z } from 'zod'
import { quote } from '../../../contract/json'
import { checkPath } from '../../../workspace/paths'
import { fileAt, storeFile } from '../../../workspace/snapshots'
import { ChangedFiles } from '../given-tool'
import type { AgentFiles } from './agent-files'
import type { FileTool } from './file-tool'
import { readTextFile } from './find-file'

const path = z.string().describe('relative to the top of the files, for example "src/main.js"')
const writeSchema = z.strictObject({ path, content: z.string().describe('all of the file') })
const editSchema = z.strictObject({
  path,
  old_text: z.string().min(1).describe('what is replaced, exactly as it stands in the file, with its line breaks'),
  new_text: z.string().describe('what comes in its place'),
})

export const writeFileTool: FileTool<z.output<typeof writeSchema>> = {
  description: 'Writes a text file: a new one, or all of one that is there.',
  inputSchema: writeSchema,
  execute: async (files, input) => {
    const isNew = !fileAt(await files.snapshot(), checkPath(input.path))
    const snapshot = await write(files, input.path, input.content)
    const bytes = Buffer.byteLength(input.content)
    return new ChangedFiles(`${isNew ? 'created' : 'replaced'} ${quote(input.path)} (${bytes} bytes)`, snapshot)
  },
}

export const editFileTool: FileTool<z.output<typeof editSchema>> = {
  description: 'Replaces a part of a text file. old_text must stand in it exactly once.',
  inputSchema: editSchema,
  execute: async (files, { path: edited, old_text: old, new_text: replacement }) => {
    const text = await readTextFile(files, edited)
    const at = text.indexOf(old)
    if (at < 0) throw new Error(`old_text is not in ${quote(edited)}${nearly(text, old)}`)
    const next = text.indexOf(old, at + 1)
    if (next >= 0)
      throw new Error(
        `old_text stands in ${quote(edited)} more than once, in lines ${lineOf(text, at)} and ${lineOf(text, next)}: give more of what is around the right one`,
      )
    const snapshot = await write(files, edited, text.slice(0, at) + replacement + text.slice(at + old.length))
    return new ChangedFiles(`edited ${quote(edited)} at line ${lineOf(text, at)}`, snapshot)
  },
}

async function write(files: AgentFiles, name: string, content: string): Promise<string> {
  const snapshot = await files.snapshot()
  const executable = fileAt(snapshot, checkPath(name))?.executable === true
  const file = await storeFile(files.artifacts, Buffer.from(content, 'utf8'), executable)
  return files.keep({ files: { ...snapshot.files, [name]: file } })
}

/** The two ways in which models miss by a little. */
function nearly(text: string, old: string): string {
  if (text.includes('\r\n') && text.replaceAll('\r\n', '\n').includes(old)) return ': its lines end in CR LF'
  const plain = (one: string): string => one.replace(/\s+/g, ' ').trim()
  return plain(text).includes(plain(old)) ? ': only with other spaces or line breaks' : ''
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length
}
