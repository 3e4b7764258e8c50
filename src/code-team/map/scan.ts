// PURE. Which scanner reads a file, by its name; what no scanner knows has neither names nor imports.
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

export function scan(path: string, text: string): Scanned {
  const language = languageOf(path)
  return language === undefined ? { exports: [], imports: [] } : SCANNERS[language](text)
}
