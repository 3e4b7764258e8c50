// HOST. Names of records as paths: any string, no two alike on any file system, none outside the directory.
// Only a-z, 0-9, `-`, `_` and `=` appear in a path, so neither letter case nor Unicode forms can make two names one.
import { createHash } from 'node:crypto'

/** Characters of one escaped segment; file systems allow 255 bytes, encrypting ones 143. Longer ones are hashed. */
const SEGMENT_LENGTH = 120
/** Characters of a whole path below the records' directory; macOS allows 1,024 in all. What is beyond it is hashed. */
const PATH_LENGTH = 600

// A record's file and a directory differ in their first letter, so that `a` and `a/b` can both exist.
const RECORD = 'r-'
const DIRECTORY = 'd-'
const HASHED_RECORD = 'rh-'
const HASHED_DIRECTORY = 'dh-'

/** The path of a record's file, by its parts. */
export function recordPath(name: string): string[] {
  const segments = name.split('/')
  const { parts, rest } = directoryParts(segments.slice(0, -1))
  const remaining = [...rest, ...segments.slice(-1)].map(escapeSegment).join('/')
  if (rest.length === 0 && remaining.length <= SEGMENT_LENGTH) return [...parts, RECORD + remaining]
  return [...parts, HASHED_RECORD + hash(remaining)]
}

/** Where to look for the names that start with a prefix: a directory, and how the plain entries in it must start. */
export function prefixPath(prefix: string): { directory: string[]; start: string } {
  const segments = prefix.split('/')
  return { directory: directoryParts(segments.slice(0, -1)).parts, start: escapeSegment(segments.at(-1) ?? '') }
}

/** Whether an entry may hold, or lead to, names whose next segment starts so (escaped); a hash does not tell. */
export function mayLeadTo(entry: string, start: string): boolean {
  if (entry.startsWith(HASHED_RECORD) || entry.startsWith(HASHED_DIRECTORY)) return true
  return entry.startsWith(RECORD + start) || entry.startsWith(DIRECTORY + start)
}

export function isRecord(entry: string): boolean {
  return entry.startsWith(RECORD) || entry.startsWith(HASHED_RECORD)
}

/** The name of a record from its path; undefined where a part is hashed, and only the record itself knows. */
export function nameOf(parts: string[]): string | undefined {
  if (parts.some((part) => part.startsWith(HASHED_RECORD) || part.startsWith(HASHED_DIRECTORY))) return undefined
  return parts.map((part) => unescapeSegment(part.slice(RECORD.length))).join('/')
}

/** As many leading segments as fit, as directories. It depends on them alone, so a prefix leads where its names are. */
function directoryParts(segments: string[]): { parts: string[]; rest: string[] } {
  const parts: string[] = []
  let length = 0
  for (const [index, segment] of segments.entries()) {
    const escaped = escapeSegment(segment)
    const part = escaped.length <= SEGMENT_LENGTH ? DIRECTORY + escaped : HASHED_DIRECTORY + hash(escaped)
    length += part.length + 1
    if (length > PATH_LENGTH - SEGMENT_LENGTH) return { parts, rest: segments.slice(index) }
    parts.push(part)
  }
  return { parts, rest: [] }
}

/** By UTF-16 code units, so that even a lone surrogate has its own form, and a prefix's form is the form's prefix. */
function escapeSegment(segment: string): string {
  return segment.replace(/[^a-z0-9_-]/g, (unit) => {
    const code = unit.charCodeAt(0)
    return code <= 0xff ? `=${code.toString(16).padStart(2, '0')}` : `=u${code.toString(16).padStart(4, '0')}`
  })
}

function unescapeSegment(escaped: string): string {
  return escaped.replace(/=u([0-9a-f]{4})|=([0-9a-f]{2})/g, (_, long: string | undefined, short: string) =>
    String.fromCharCode(parseInt(long ?? short, 16)),
  )
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
