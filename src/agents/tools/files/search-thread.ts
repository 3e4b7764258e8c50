// HOST. The thread that looks through files, line by line, for the tool search. It may be ended at any moment.
import { parentPort, workerData } from 'node:worker_threads'
import { plainText } from '../../../workspace/plain-text'

/** Characters of a line that are told. */
const TOLD_LENGTH = 250

export interface SearchData {
  pattern: string
  isRegex: boolean
  ignoreCase: boolean
  limit: number
}

export interface SearchedFile {
  path: string
  bytes: Uint8Array
}

/** Everything that was found so far. */
export interface SearchAnswer {
  hits: { path: string; line: number; text: string }[]
  isMore: boolean
}

const { pattern, isRegex, ignoreCase, limit } = workerData as SearchData
const answer: SearchAnswer = { hits: [], isMore: false }
const literal = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const expression = new RegExp(isRegex ? pattern : literal, ignoreCase ? 'i' : '')

parentPort?.on('message', (files: SearchedFile[]) => {
  for (const file of files) look(file)
  parentPort?.postMessage(answer)
})

function look({ path, bytes }: SearchedFile): void {
  // Binary files have no lines
  const lines = plainText(bytes)?.split(/\r?\n/) ?? []
  for (const [index, line] of lines.entries()) {
    if (answer.isMore) return
    if (!expression.test(line)) continue
    if (answer.hits.length === limit) answer.isMore = true
    else
      answer.hits.push({
        path,
        line: index + 1,
        text: line.length > TOLD_LENGTH ? `${line.slice(0, TOLD_LENGTH)}…` : line,
      })
  }
}
