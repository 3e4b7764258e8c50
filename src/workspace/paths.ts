// HOST. Which paths a snapshot may have: relative ones that mean the same file on every system and lead nowhere else. Pure
// functions on texts; nothing here asks a disk.
import { TroupeError } from '../contract/errors'
import { quote, utf8Bytes } from '../contract/json'
import { PATH_BYTES, PATH_DEPTH, SEGMENT_BYTES } from './limits'

/** The owned path that stands for the whole tree. */
export const EVERYTHING = '/'

/** Control, format, bidirectional, unassigned and private characters, lone surrogates, line ends; and what shows as nothing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
/** What Windows does not take in a name; a colon names a stream of a file there. */
const FORBIDDEN = /[<>:"|?*]/
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|clock\$|com\d|lpt\d)$/
/** `.git`, and the short names that Windows gives it. */
const GIT = /^(\.git|git~\d+)$/
/** What Troupe makes ready beside somebody's files: nobody else's to write. */
const OWN_STAGING = /^\.troupe-(apply|delivery)_/

/** Why a path cannot be in a snapshot; undefined if it can. */
export function pathProblem(path: string): string | undefined {
  if (typeof path !== 'string') return 'a path is a text'
  if (path === '') return 'it is empty'
  if (UNSEEN.test(path)) return 'it holds a control, invisible or unassigned character'
  if (path.includes('\\')) return 'it holds a backslash: names are separated by "/"'
  if (path.startsWith('/')) return 'it is absolute: paths count from the top of the project'
  if (/^[a-z]:/i.test(path)) return 'it begins with a drive letter: paths count from the top of the project'
  if (path !== path.normalize('NFC')) return 'it is not in the Unicode normal form NFC'
  if (utf8Bytes(path) > PATH_BYTES) return `it has ${utf8Bytes(path)} bytes, at most ${PATH_BYTES} are allowed`
  // The only path that is no ordinary key of a JavaScript object.
  if (path === '__proto__') return 'it is a reserved name'
  const segments = path.split('/')
  if (segments.length > PATH_DEPTH) return `it has ${segments.length} names, at most ${PATH_DEPTH} are allowed`
  for (const segment of segments) {
    const problem = segmentProblem(segment)
    if (problem !== undefined) return problem
  }
  return undefined
}

/**
 * The path itself.
 *
 * @throws TroupeError `PathRefused`
 */
export function checkPath(path: string): string {
  const problem = pathProblem(path)
  if (problem === undefined) return path
  throw new TroupeError('PathRefused', `the path ${quoted(path)} is refused: ${problem}`, {
    hint: 'use a relative path below the top of the project, with plain names: "src/parser.js"',
  })
}

/** Whether a path is one of the owned files, or below one of the owned directories (`src/`, or `/` for everything). */
export function isOwned(path: string, owned: readonly string[]): boolean {
  return owned.some(
    (entry) => entry === EVERYTHING || entry === path || (entry.endsWith('/') && path.startsWith(entry)),
  )
}

/** Why an owned path (a file, a directory ending in `/`, or `/`) is none; undefined if it is one. */
export function ownedPathProblem(entry: string): string | undefined {
  if (entry === EVERYTHING) return undefined
  return pathProblem(typeof entry === 'string' ? entry.replace(/\/$/, '') : entry)
}

/** Texts that name two paths which are one on some file system, or a file that is another's directory. */
export function collisions(paths: Iterable<string>): string[] {
  const problems = new Set<string>()
  const files = new Map<string, string>()
  for (const path of paths) {
    const other = files.get(folded(path))
    if (other !== undefined && other !== path) {
      problems.add(`${quoted(other)} and ${quoted(path)} are one file where case or Unicode forms do not count`)
    }
    files.set(folded(path), path)
  }
  const directories = new Map<string, string>()
  for (const path of files.values()) {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      const directory = path.slice(0, end)
      const key = folded(directory)
      const file = files.get(key)
      if (file !== undefined) problems.add(`${quoted(file)} is a file, and the directory of ${quoted(path)}`)
      const spelled = directories.get(key)
      if (spelled !== undefined && spelled !== directory) {
        problems.add(
          `the directories ${quoted(spelled)} and ${quoted(directory)} are one where case or Unicode forms do not count`,
        )
      }
      if (spelled === undefined) directories.set(key, directory)
    }
  }
  return [...problems]
}

/** A name as the least careful file system sees it. Upper case first: it takes apart what lower case keeps (ß, ſ, final σ). */
export function folded(name: string): string {
  return name.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKC')
}

function segmentProblem(segment: string): string | undefined {
  if (segment === '') return 'it has an empty name ("//", or "/" at its end)'
  if (segment === '.' || segment === '..') return `it holds "${segment}", which leads elsewhere`
  if (utf8Bytes(segment) > SEGMENT_BYTES) {
    return `one of its names has ${utf8Bytes(segment)} bytes, at most ${SEGMENT_BYTES} are allowed`
  }
  if (FORBIDDEN.test(segment)) return 'it holds one of < > : " | ? *, which not every system takes'
  const plain = segment.normalize('NFKC')
  // Full-width and one-character forms of dots and slashes are dots and slashes to a file system that normalises.
  if (/[/\\:]/.test(plain) || /^\.{1,2}$/.test(plain))
    return 'it holds a character that stands for a dot, slash or colon'
  if (/[. ]$/.test(plain)) return 'one of its names ends in a dot or a space, which some systems drop'
  const name = folded(segment)
  if (GIT.test(name)) return "it names git's own directory"
  if (OWN_STAGING.test(name)) return "it names a directory of Troupe's own, which is only there for a moment"
  if (DEVICE.test((name.split('.')[0] ?? '').trimEnd())) return `${quoted(segment)} is the name of a device on Windows`
  return undefined
}

/** A path in a message: never one that a terminal obeys, or that looks like another. */
function quoted(path: string): string {
  const text = typeof path === 'string' ? path.slice(0, 200) : String(path)
  return quote(text).replace(new RegExp(UNSEEN, 'gu'), (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}
