// One folder: lines, languages, tokens and longest files. A file that cannot be measured is counted, and fails nothing.
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { languageOf } from './languages'
import type { Folder, Language, LeftOut } from './shapes'
import { countTokens } from './tokens'

/** Larger files are data, not something that a person wrote. */
const MAX_FILE_BYTES = 4 * 1024 * 1024
/** Bytes that are looked at to tell a text: as git does. */
const SNIFFED_BYTES = 8_000
/** Longest files that a folder names. */
const LONGEST = 10
/** Files between two words on progress. */
const PROGRESS_STEP = 20

interface Surroundings {
  signal: AbortSignal
  progress(details: { done: number; total: number }): void
}

interface Measured {
  lines: number
  tokens: number
  bytes: number
}

/** `files` are relative to `root`. */
export async function measureFolder(
  root: string,
  folder: string,
  files: readonly string[],
  { signal, progress }: Surroundings,
): Promise<Folder> {
  const languages = new Map<string, Language>()
  const leftOut: LeftOut = { binary: 0, large: 0, special: 0, unreadable: 0 }
  const sum: Folder = { folder, files: 0, lines: 0, tokens: 0, bytes: 0, languages: [], longest: [], leftOut }
  for (const [place, path] of files.entries()) {
    signal.throwIfAborted()
    if (place % PROGRESS_STEP === 0) progress({ done: place, total: files.length })
    const measured = await measureFile(join(root, path), signal)
    if (typeof measured === 'string') {
      leftOut[measured]++
      continue
    }
    const language = languageOf(path)
    const ofLanguage = languages.get(language) ?? { language, files: 0, lines: 0, tokens: 0, bytes: 0 }
    languages.set(language, ofLanguage)
    for (const size of [sum, ofLanguage]) {
      size.files++
      size.lines += measured.lines
      size.tokens += measured.tokens
      size.bytes += measured.bytes
    }
    sum.longest.push({ path, lines: measured.lines })
  }
  sum.languages = [...languages.values()]
  sum.longest = sum.longest.sort((a, b) => b.lines - a.lines).slice(0, LONGEST)
  return sum
}

async function measureFile(path: string, signal: AbortSignal): Promise<Measured | keyof LeftOut> {
  try {
    const stats = await lstat(path)
    // Links, submodules and pipes; to open a pipe would be to wait for ever
    if (!stats.isFile()) return 'special'
    if (stats.size > MAX_FILE_BYTES) return 'large'
    const content = await readFile(path, { signal })
    if (content.subarray(0, SNIFFED_BYTES).includes(0)) return 'binary'
    const text = content.toString()
    return { lines: countLines(content), tokens: await countTokens(text, signal), bytes: content.length }
  } catch {
    signal.throwIfAborted()
    return 'unreadable'
  }
}

/** A last line counts without its line end, too. */
function countLines(content: Buffer): number {
  let lines = content.length > 0 && content.at(-1) !== 10 ? 1 : 0
  for (let at = content.indexOf(10); at !== -1; at = content.indexOf(10, at + 1)) lines++
  return lines
}
