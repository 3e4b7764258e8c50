// TEAM. Whether each module's files are few enough for one coder and one test-agent: they are shown whole, or not at all.
import { grouped } from '../../agents/models/count-tokens'
import { isOwned } from '../../workspace/paths'
import type { Module } from '../documents'
import { MODULE_TOKENS } from '../token-limits'

export interface FileSize {
  path: string
  tokens: number
}

/** Files that are named, the largest first: where to cut. */
const NAMED = 3

export function sizeProblems(modules: readonly Module[], files: readonly FileSize[]): string[] {
  return modules.flatMap(({ name, paths, testPaths }) => [
    ...tooLarge(`the code of module "${name}"`, 'one coder', owned(files, paths)),
    ...tooLarge(`the tests of module "${name}"`, 'one test-agent', owned(files, testPaths)),
  ])
}

function owned(files: readonly FileSize[], paths: readonly string[]): FileSize[] {
  return files
    .filter(({ path }) => isOwned(path, paths))
    .sort((a, b) => b.tokens - a.tokens || (a.path < b.path ? -1 : 1))
}

function tooLarge(what: string, who: string, files: readonly FileSize[]): string[] {
  const tokens = files.reduce((sum, file) => sum + file.tokens, 0)
  if (tokens <= MODULE_TOKENS) return []
  const [largest] = files
  const has = `${what} has ${grouped(tokens)} tokens in ${grouped(files.length)} files, ${who} takes at most ${grouped(MODULE_TOKENS)}`
  if (largest!.tokens > MODULE_TOKENS) {
    return [`${has}: leave ${largest!.path} alone, which has ${grouped(largest!.tokens)} by itself`]
  }
  const named = files.slice(0, NAMED).map((file) => `${file.path} ${grouped(file.tokens)}`)
  return [
    `${has}: split it into modules with fewer files, or own only those that change (the largest: ${named.join(', ')})`,
  ]
}
