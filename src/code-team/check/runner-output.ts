// TEAM. What test runners print for people, read line by line: which tests failed, and how many ran. Pure. It knows the words
// of Node's runner (and other TAP), Jest, Vitest, Mocha, unittest, pytest, Go and Cargo; of others it says nothing.
import { stripVTControlCharacters } from 'node:util'

/** Names that are kept: a suite with more failures is told by their number. */
const KEPT_NAMES = 1_000
const NAME_LENGTH = 300
/** Characters of a line that are looked at. */
const LINE_LENGTH = 4_000

/** Lines that name a test which failed. */
const FAILURES: readonly RegExp[] = [
  // TAP; what is excused by TODO or SKIP is no failure
  /^\s*not ok \d+ (?:- )?(?!.*# (?:todo|skip)\b)(?<name>.+)$/i,
  // Node, Jest and Vitest mark a test in a list
  /^\s*[✖✕×] (?!.*# (?:TODO|SKIP)\b)(?<name>.+)$/,
  /^ {2}● (?<name>(?!Console|Test suite failed).+ › .+)$/,
  // Jest and Vitest by file, Go by package
  /^\s*FAIL\s+(?<name>\S.*)$/,
  // Mocha
  /^\s+\d+\) (?<name>.+)$/,
  // unittest
  /^(?:FAIL|ERROR): (?<name>\S+ \(.+\).*)$/,
  // pytest
  /^(?:FAILED|ERROR) (?<name>[^( ]\S*)(?: - .*)?$/,
  // Go
  /^\s*--- FAIL: (?<name>\S+)/,
  // Cargo
  /^test (?<name>\S.*) \.\.\. FAILED$/,
]

/** From here on runners tell again what they told before. */
const REPEATED = /^(?:✖ failing tests:|Summary of all failing tests)/

/** What a line adds to the tests that ran; what was skipped did not. */
function ranIn(line: string): number | undefined {
  const tap = /^(?:#|ℹ) (?:pass|fail|cancelled) (\d+)$/.exec(line)
  if (tap) return Number(tap[1])
  if (/^\s*Tests:?\s/.test(line) && /\d (?:passed|failed)/.test(line)) return counted(line, 'passed', 'failed')
  const mocha = /^\s+(\d+) (?:passing|failing)\b/.exec(line)
  if (mocha) return Number(mocha[1])
  const unittest = /^Ran (\d+) tests? in /.exec(line)
  if (unittest) return Number(unittest[1])
  const skipped = /^(?:OK|FAILED) \(.*\bskipped=(\d+)/.exec(line)
  if (skipped) return -Number(skipped[1])
  if (/^=* ?(?:\d+ \w+, )*\d+ (?:passed|failed|errors?)\b.* in [\d.]+s/.test(line)) {
    return counted(line, 'passed', 'failed', 'error', 'errors', 'xfailed', 'xpassed')
  }
  const cargo = /^test result: .*?(\d+) passed; (\d+) failed;/.exec(line)
  if (cargo) return Number(cargo[1]) + Number(cargo[2])
  return /^\s*--- (?:PASS|FAIL): /.test(line) ? 1 : undefined
}

function counted(line: string, ...words: readonly string[]): number {
  return [...line.matchAll(/(\d+) (\w+)/g)].reduce(
    (sum, [, count, word]) => sum + (words.includes(word!) ? Number(count) : 0),
    0,
  )
}

/** How long it took differs each time. */
function withoutTime(name: string): string {
  return name.replace(/\s*\(?\b[\d.]+ ?m?s\)?$/, '').trim()
}

/** `roots` are the names of the directory that the tests ran in: each copy has another. */
export class RunnerOutput {
  /** As the runner calls them; one name may stand for several. */
  readonly failing: string[] = []
  private count: number | undefined
  private repeated = false
  private rest = ''
  private readonly decoder = new TextDecoder()

  constructor(private readonly roots: readonly string[] = []) {}

  write(chunk: Uint8Array): void {
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split('\n')
    this.rest = lines.pop()!.slice(0, LINE_LENGTH)
    for (const line of lines) this.read(line)
  }

  /** To be called when all was written. */
  end(): void {
    this.read(this.rest)
    this.rest = ''
  }

  /** How many tests ran; undefined where the runner did not say. */
  get ran(): number | undefined {
    return this.count
  }

  private read(raw: string): void {
    const line = stripVTControlCharacters(raw.slice(0, LINE_LENGTH)).trimEnd()
    const ran = ranIn(line)
    if (ran !== undefined) this.count = (this.count ?? 0) + ran
    if (REPEATED.test(line)) this.repeated = true
    if (this.repeated || this.failing.length >= KEPT_NAMES) return
    const found = FAILURES.map((pattern) => pattern.exec(line)?.groups?.name).find((name) => name !== undefined)
    if (found === undefined) return
    const name = this.roots.reduce((text, root) => text.replaceAll(`${root}/`, ''), withoutTime(found))
    this.failing.push(name.slice(0, NAME_LENGTH))
  }
}
