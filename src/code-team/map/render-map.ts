// PURE. A repository as a text of at most so many tokens. What does not fit is told in less detail, the least imported first:
// names and imports of all files, then paths alone, then directories with counts; and the text says what was reduced.
import { posix } from 'node:path'
import { grouped, requireTokens, type TokenCounter } from '../../agents/models/count-tokens'
import type { Inventory, MapFile } from './inventory'

export interface RepositoryMap {
  text: string
  tokens: number
  /** How many files are told with their names, by their paths, and only in the counts of their directories. */
  shown: { names: number; paths: number; counted: number }
}

/** Of the files that fit where not all do, this share is told with names: those that most others import. */
const NAMED_SHARE = 4
/** Names of one file: where it has more, the others are counted, or one file would take the room of all. */
const NAMES_A_FILE = 80
const REASONS = { vendored: 'vendored', binary: 'binary', generated: 'generated', ignored: 'ignored by git' } as const

/**
 * The same files give the same text, in whatever order they come.
 *
 * @throws TroupeError `TooManyTokens` where not even the directories at the top fit
 */
export function renderMap(inventory: Inventory, budget: number, count: TokenCounter): RepositoryMap {
  const drawn = new Drawing(inventory)
  const { size } = drawn
  const depth = depthOf(drawn, budget, count)
  const fits = (names: number, listed: number): boolean => count(drawn.text(names, listed, depth)) <= budget
  const listed = mostThatFit(size, (number) => fits(namedOf(number, size), number)) ?? 0
  const named = mostThatFit(listed, (names) => fits(names, listed)) ?? 0
  const text = drawn.text(named, listed, depth)
  return { text, tokens: count(text), shown: { names: named, paths: listed - named, counted: size - listed } }
}

/** How deep directories are told where files are only counted: as deep as leaves half of the room for files. */
function depthOf(drawn: Drawing, budget: number, count: TokenCounter): number {
  const tokens = (depth: number): number => count(drawn.text(0, 0, depth))
  const deeper = mostThatFit(drawn.depth - 1, (more) => tokens(more + 1) <= budget / 2)
  if (deeper !== undefined) return deeper + 1
  const fitsWhole = count(drawn.text(0, drawn.size, 1)) <= budget
  if (!fitsWhole) {
    requireTokens(`the list of the repository's directories at the top, ${grouped(drawn.directories)} in all,`, {
      tokens: tokens(1),
      limit: budget,
      hint: 'work on a repository with fewer directories at its top',
    })
  }
  return 1
}

/** Where all paths fit, names take what they leave; where they do not, the most important keep theirs. */
function namedOf(listed: number, size: number): number {
  return listed === size ? 0 : Math.floor(listed / NAMED_SHARE)
}

/** The largest number up to `most` that fits, if the smaller ones do; undefined where not even 0 does. */
function mostThatFit(most: number, fits: (number: number) => boolean): number | undefined {
  if (fits(most)) return most
  let [least, beyond] = [0, most]
  if (most === 0 || !fits(0)) return undefined
  while (beyond - least > 1) {
    const middle = (least + beyond) >> 1
    if (fits(middle)) least = middle
    else beyond = middle
  }
  return least
}

/** The lines of all files, made once; a text is put together from them. */
class Drawing {
  readonly size: number
  /** At the top. */
  readonly directories: number
  /** Of the deepest directory; at least 1. */
  readonly depth: number
  /** By importance. */
  private readonly files: readonly MapFile[]
  private readonly total: string
  private readonly leftOut: string[]

  constructor({ files, leftOut }: Inventory) {
    this.files = [...files].sort(
      (a, b) => b.importedBy - a.importedBy || b.exports.length - a.exports.length || (a.path < b.path ? -1 : 1),
    )
    this.size = files.length
    this.directories = new Set(files.map(({ path }) => directoryOf(path, 1))).size
    this.depth = files.reduce((deepest, { path }) => Math.max(deepest, path.split('/').length - 1), 1)
    this.total = tokensIn(files)
    const counts = Object.entries(REASONS).flatMap(([reason, told]) => {
      const number = leftOut[reason as keyof typeof REASONS]
      return number ? [`${grouped(number)} ${told}`] : []
    })
    const unscanned = files.filter((file) => file.unscanned).length
    this.leftOut = [
      ...(counts.length > 0 ? [`Left out: ${counts.join(', ')}.`] : []),
      ...(unscanned > 0
        ? [`Names and imports not taken of ${counted(unscanned, 'file', 'files')}: too slow to scan.`]
        : []),
    ]
  }

  /** The first `names` with their names, as far as `listed` by their paths, the others as counts of directories. */
  text(names: number, listed: number, depth: number): string {
    const head = [`${counted(this.size, 'file', 'files')} with ${this.total} tokens.`, ...this.leftOut]
    const rest = this.files.slice(listed)
    return [
      ...head,
      ...this.reductions(names, listed),
      ...section('Files, those that most others import first:', this.files.slice(0, names).flatMap(withNames)),
      ...section('Files of which only the path is told:', this.files.slice(names, listed).map(withPath)),
      ...section('Directories of which the files are only counted:', directoryLines(rest, depth)),
    ].join('\n')
  }

  private reductions(names: number, listed: number): string[] {
    if (names === this.size) return []
    const paths = listed - names
    const counts = this.size - listed
    const parts = [
      `${grouped(names)} of ${counted(this.size, 'file', 'files')} with exported names and imports`,
      ...(paths > 0 ? [`${grouped(paths)} by path alone`] : []),
      ...(counts > 0 ? [`${grouped(counts)} only counted by directory`] : []),
    ]
    return [`Reduced to fit: ${parts.join(', ')}.`]
  }
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines]
}

function withNames(file: MapFile): string[] {
  const { exports, imports, importedBy } = file
  const users = importedBy > 0 ? `, imported by ${grouped(importedBy)}` : ''
  return [
    `${withPath(file)}${users}`,
    ...names(
      'exports',
      exports.map(({ name }) => name),
    ),
    ...names('imports', imports),
  ]
}

function names(what: string, all: readonly string[]): string[] {
  if (all.length === 0) return []
  const more = all.length - NAMES_A_FILE
  return [`  ${what} ${all.slice(0, NAMES_A_FILE).join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`]
}

function withPath(file: MapFile): string {
  return `${file.path}: ${tokensIn([file])} tokens${file.unscanned ? ', names and imports not taken: too slow to scan' : ''}`
}

/** Each directory for itself, but the deepest that are told: they stand for what is below them too. */
function directoryLines(files: readonly MapFile[], depth: number): string[] {
  const byDirectory = new Map<string, MapFile[]>()
  for (const file of files) {
    const directory = directoryOf(file.path, depth)
    const found = byDirectory.get(directory)
    if (found) found.push(file)
    else byDirectory.set(directory, [file])
  }
  return [...byDirectory]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([directory, inside]) => {
      const below = inside.some(({ path }) => posix.dirname(path) !== directory) ? ' and below' : ''
      return `${directory}/${below}: ${counted(inside.length, 'file', 'files')}, ${tokensIn(inside)} tokens`
    })
}

function directoryOf(path: string, depth: number): string {
  return path.split('/').slice(0, -1).slice(0, depth).join('/') || '.'
}

/** `about` where a file was too large to be counted. */
function tokensIn(files: readonly MapFile[]): string {
  const sum = files.reduce((tokens, file) => tokens + file.tokens, 0)
  return `${files.some(({ estimated }) => estimated) ? 'about ' : ''}${grouped(sum)}`
}

function counted(number: number, one: string, many: string): string {
  return `${grouped(number)} ${number === 1 ? one : many}`
}
