// HOST. A plan file's text, from a path or from standard input.
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname } from 'node:path'
import type { Readable } from 'node:stream'
import { messageOf, TroupeError } from '../contract/errors'
import { MAX_PLAN_BYTES } from '../contract/limits'
import { choicesHint } from '../contract/nearest'
import { parsePlanText } from './parse-plan-text'
import type { PlanFile } from './plan-file'
import { syntaxRefusal } from './refusals'

/** Twice what a plan may have as JSON: the rest may be indentation and comments. An endless device ends here too. */
const MAX_FILE_BYTES = 2 * MAX_PLAN_BYTES

/**
 * Reads a plan file; `-` is standard input, whose relative paths count from the working directory.
 *
 * @throws TroupeError `InvalidUsage` if it cannot be read, `InvalidPlan` if it is no YAML or JSON
 */
export async function readPlanFile(path: string): Promise<PlanFile> {
  if (path === '-') return parsePlanText(await readText(process.stdin, '<stdin>'), { file: '<stdin>', directory: '.' })
  try {
    if ((await stat(path)).isDirectory())
      throw new TroupeError('InvalidUsage', `"${path}" is a directory, not a plan file`, {
        hint: await planFilesHint(path),
      })
    const text = await readText(createReadStream(path, { end: MAX_FILE_BYTES }), path)
    return parsePlanText(text, { file: path, directory: dirname(path) })
  } catch (error) {
    if (error instanceof TroupeError) throw error
    throw await unreadable(path, error)
  }
}

async function readText(stream: Readable, file: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk as Uint8Array))
    bytes += (chunk as Uint8Array).length
    if (bytes > MAX_FILE_BYTES)
      throw refusalAtStart(file, `more than ${MAX_FILE_BYTES} bytes`, 'put large values into files or artifacts')
  }
  return decode(Buffer.concat(chunks), file)
}

function decode(content: Buffer, file: string): string {
  // Loose first: a replacement character shows where the trouble is
  const loose = new TextDecoder('utf-8').decode(content)
  const strange = isUtf8(content) ? loose.indexOf('\0') : loose.search(/[\0\ufffd]/)
  if (strange === -1) return loose
  const before = loose.slice(0, strange).split('\n')
  const position = { line: before.length, column: before.at(-1)!.length + 1 }
  const problem = { path: '', message: 'not a text in UTF-8', hint: 'a plan file is YAML or JSON, saved as UTF-8' }
  throw syntaxRefusal(file, [{ problem, position }])
}

function isUtf8(content: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(content)
    return true
  } catch {
    return false
  }
}

function refusalAtStart(file: string, message: string, hint: string): TroupeError {
  return syntaxRefusal(file, [{ problem: { path: '', message, hint }, position: { line: 1, column: 1 } }])
}

async function unreadable(path: string, cause: unknown): Promise<TroupeError> {
  const { code } = cause as NodeJS.ErrnoException
  if (code !== 'ENOENT' && code !== 'ENOTDIR')
    return new TroupeError('InvalidUsage', `the plan file "${path}" cannot be read: ${messageOf(cause)}`, { cause })
  const hint = await planFilesHint(dirname(path), basename(path))
  return new TroupeError('InvalidUsage', `there is no plan file "${path}"`, { hint, cause })
}

/** What may have been meant. */
async function planFilesHint(directory: string, name = ''): Promise<string> {
  const entries = await readdir(directory).catch(() => undefined)
  if (!entries) return `there is no directory "${directory}" that can be read`
  const files = entries.filter((entry) => ['.yaml', '.yml', '.json'].includes(extname(entry)))
  return choicesHint(name, files.sort(), `YAML or JSON files in "${directory}"`)
}
