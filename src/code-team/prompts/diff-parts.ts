// PURE. A unified difference in parts of at most so many tokens: files whole where they fit, else cut between lines, under the
// file's name and with the numbers of its lines.
import type { TokenCounter } from '../../agents/models/count-tokens'

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/

/** All of it, in its order; one part, perhaps an empty one, where it fits. A line that is longer than a part is one by itself. */
export function diffParts(diff: string, limit: number, count: TokenCounter): string[] {
  if (count(diff) <= limit) return [diff]
  const files = diff.split(/^(?=diff --git )/m).filter((file) => file !== '')
  const pieces = files.flatMap((file) => (count(file) <= limit ? [file] : piecesOf(file, limit, count)))
  const parts: string[] = []
  let tokens = Infinity
  for (const piece of pieces) {
    const size = count(piece)
    if (tokens + size <= limit) {
      parts[parts.length - 1] += piece
      tokens += size
    } else {
      parts.push(piece)
      tokens = size
    }
  }
  return parts
}

/** One file's difference, cut between lines. */
function piecesOf(file: string, limit: number, count: TokenCounter): string[] {
  const lines = file.replace(/\n$/, '').split('\n')
  const first = lines.findIndex((line) => line.startsWith('@@'))
  if (first < 0) return [file]
  const head = lines.slice(0, first)
  const room = limit - count(`${head.join('\n')}\n`)
  const pieces: string[] = []
  let hunk = new Lines(0, 0)
  let hunks: string[] = []
  let tokens = 0
  const close = (): void => {
    if (hunk.lines.length > 0) hunks.push(hunk.text())
    if (hunks.length > 0) pieces.push(`${[...head, ...hunks].join('\n')}\n`)
    hunks = []
    tokens = 0
  }
  for (const line of lines.slice(first)) {
    const begins = HUNK.exec(line)
    const size = count(`${begins ? '@@ -100000,100000 +100000,100000 @@' : line}\n`)
    if (tokens > 0 && tokens + size > room) {
      close()
      hunk = hunk.next()
      tokens = HUNK_TOKENS
    }
    tokens += size
    if (begins) {
      if (hunk.lines.length > 0) hunks.push(hunk.text())
      hunk = new Lines(Number(begins[1]), Number(begins[2]))
    } else hunk.add(line)
  }
  close()
  return pieces
}

/** What the line takes that says which lines follow. */
const HUNK_TOKENS = 20

/** Lines that follow each other, before and after. */
class Lines {
  readonly lines: string[] = []
  private before = 0
  private after = 0

  constructor(
    private readonly from: number,
    private readonly to: number,
  ) {}

  add(line: string): void {
    this.lines.push(line)
    // `\ No newline at end of file` is no line of either
    if (line.startsWith('\\')) return
    if (!line.startsWith('+')) this.before++
    if (!line.startsWith('-')) this.after++
  }

  /** Where this one ends, another begins. */
  next(): Lines {
    return new Lines(this.from + this.before, this.to + this.after)
  }

  text(): string {
    return [`@@ -${this.from},${this.before} +${this.to},${this.after} @@`, ...this.lines].join('\n')
  }
}
