// HOST. The tool search: lines that hold a text or match a regular expression. They are looked for in a thread, which is ended
// when it takes too long: no expression holds up the worker.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { messageOf } from '../../../contract/errors'
import { builtFile } from '../../../package-root'
import { PARALLEL_FILES } from '../../../workspace/limits'
import type { Snapshot } from '../../../workspace/snapshot'
import { readBytes } from '../../../workspace/snapshots'
import type { AgentFiles } from './agent-files'
import type { FileTool } from './file-tool'
import { pathsBelow } from './find-file'
import type { SearchAnswer, SearchData, SearchedFile } from './search-thread'

/** Lines that are found, unless said, and at most. */
const DEFAULT_LIMIT = 100
const MAX_LIMIT = 500
/** Milliseconds that the thread may take in all: a simple expression goes through hundreds of megabytes. */
const SEARCH_MS = 5_000
/** Bytes of a file that is looked through: longer ones are data, not sources. */
const SEARCHED_FILE_BYTES = 8 * 1024 * 1024
/** MB of the thread's heap. */
const THREAD_MB = 256

const inputSchema = z.strictObject({
  pattern: z.string().min(1).max(1_000).describe('a text that is looked for in each line'),
  is_regex: z.boolean().optional().describe('true: the pattern is a JavaScript regular expression'),
  ignore_case: z.boolean().optional(),
  path: z.string().optional().describe('only this file, or what is below this directory'),
  limit: z.int().min(1).max(MAX_LIMIT).optional().describe(`lines at most; ${DEFAULT_LIMIT} unless given`),
})
type Input = z.output<typeof inputSchema>

export const searchTool: FileTool<Input> = {
  description: 'Finds the lines of all text files that hold a text, or match a regular expression.',
  inputSchema,
  execute: async (files, input, signal) => {
    const { pattern, is_regex: isRegex = false, ignore_case: ignoreCase = false, limit = DEFAULT_LIMIT } = input
    if (isRegex) requireExpression(pattern)
    const snapshot = await files.snapshot()
    const paths = pathsBelow(snapshot, input.path)
    const searched = paths.filter((path) => snapshot.files[path]!.bytes <= SEARCHED_FILE_BYTES)
    const { hits, isMore } = await inThread({ pattern, isRegex, ignoreCase, limit }, signal, (send) =>
      inPortions(files, snapshot, searched, send),
    )
    const skipped = paths.length - searched.length
    return [
      ...(hits.length === 0 ? ['nothing is found'] : hits.map(({ path, line, text }) => `${path}:${line}: ${text}`)),
      ...(isMore ? [`there are more: these are the first ${limit}`] : []),
      ...(skipped > 0 ? [`${skipped} files above ${SEARCHED_FILE_BYTES} bytes were not looked through`] : []),
    ].join('\n')
  },
}

type Send = (portion: SearchedFile[]) => Promise<SearchAnswer>

/** In the order of the paths, until there is enough. */
async function inPortions(
  files: AgentFiles,
  snapshot: Snapshot,
  paths: readonly string[],
  send: Send,
): Promise<SearchAnswer> {
  let answer: SearchAnswer = { hits: [], isMore: false }
  for (let begin = 0; begin < paths.length && !answer.isMore; begin += PARALLEL_FILES) {
    const portion = paths.slice(begin, begin + PARALLEL_FILES)
    const read = portion.map(async (path) => ({ path, bytes: await readBytes(files.artifacts, snapshot, path) }))
    answer = await send(await Promise.all(read))
  }
  return answer
}

async function inThread(
  search: SearchData,
  signal: AbortSignal,
  work: (send: Send) => Promise<SearchAnswer>,
): Promise<SearchAnswer> {
  const thread = new Worker(builtFile('src/agents/tools/files/search-thread.js'), {
    workerData: search,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MB },
  })
  // Without a listener its failure would be the process's
  thread.on('error', () => undefined)
  let left = SEARCH_MS
  const send: Send = async (portion) => {
    const begin = performance.now()
    const end = AbortSignal.timeout(Math.max(1, Math.ceil(left)))
    thread.postMessage(portion)
    const [answer] = (await once(thread, 'message', { signal: AbortSignal.any([signal, end]) }).catch(
      (error: unknown) => {
        signal.throwIfAborted()
        throw end.aborted ? tooLong(error) : error
      },
    )) as [SearchAnswer]
    left -= performance.now() - begin
    return answer
  }
  try {
    return await work(send)
  } finally {
    await thread.terminate()
  }
}

function tooLong(cause: unknown): Error {
  return new Error(`the search took longer than ${SEARCH_MS / 1_000} s: use a simpler pattern, or a path`, { cause })
}

function requireExpression(pattern: string): void {
  try {
    new RegExp(pattern)
  } catch (error) {
    throw new Error(messageOf(error), { cause: error })
  }
}
