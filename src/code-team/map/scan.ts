// PURE, but for the clock. Which scanner reads a file, by its name; what no scanner knows has neither names nor imports.
import { scanGo } from './scan-go'
import { scanJavaScript } from './scan-javascript'
import { scanPython } from './scan-python'
import { scanRust } from './scan-rust'
import type { Scanned, Scanner } from './scanned'

export const SCANNED_LANGUAGES = ['JavaScript', 'TypeScript', 'Python', 'Go', 'Rust'] as const
export type ScannedLanguage = (typeof SCANNED_LANGUAGES)[number]

const SCANNERS: Readonly<Record<ScannedLanguage, Scanner>> = {
  JavaScript: scanJavaScript,
  TypeScript: scanJavaScript,
  Python: scanPython,
  Go: scanGo,
  Rust: scanRust,
}

const ENDINGS: readonly [RegExp, ScannedLanguage][] = [
  [/\.[cm]?jsx?$/, 'JavaScript'],
  [/\.[cm]?tsx?$/, 'TypeScript'],
  [/\.pyi?$/, 'Python'],
  [/\.go$/, 'Go'],
  [/\.rs$/, 'Rust'],
]

export function languageOf(path: string): ScannedLanguage | undefined {
  return ENDINGS.find(([ending]) => ending.test(path))?.[1]
}

/**
 * Milliseconds of one file: some ten times what the largest that is read takes. Every scanner takes time in proportion to a
 * file's length; should one not, for a file nobody thought of, it must not hold up the worker's other agents.
 */
const FILE_MS = 3_000

class OutOfTime extends Error {}

/** `clock` tells milliseconds. */
export function scan(path: string, text: string, clock: () => number = () => performance.now()): Scanned {
  const language = languageOf(path)
  if (language === undefined) return { exports: [], imports: [] }
  const end = clock() + FILE_MS
  try {
    return SCANNERS[language](text, () => {
      if (clock() > end) throw new OutOfTime()
    })
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error
    return { exports: [], imports: [], unscanned: true }
  }
}
