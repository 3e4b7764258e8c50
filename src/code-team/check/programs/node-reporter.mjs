// A reporter of `node --test` (Node 20.3 and later) that writes what ran as lines of JSON: {"seq", "kind": "test", …}, and
// at the end {"seq", "kind": "end", "tests"}. Plain JavaScript: it runs in the Node of whoever checks, without anything beside
// it. The tests may write wherever it writes: so at the end, when they are over, all is written anew from its own memory, and
// sealed with a key that node-guard.cjs has taken away before any test began.
import { createHmac } from 'node:crypto'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Characters of one failure: a difference of some dozens of lines. */
const MESSAGE_LENGTH = 4_000

const path = join(process.env.TROUPE_REPORT, 'tests.jsonl')

/** Yields nothing: what it finds goes into its own file. */
export default async function* report(source) {
  const lines = []
  const write = (entry) => {
    lines.push(`${JSON.stringify({ seq: lines.length, ...entry })}\n`)
    // What is there when the run is cut off
    appendFileSync(path, lines.at(-1))
  }
  const suites = new Map()
  const printed = new Map()
  for await (const { type, data } of source) {
    // Node 20.3 names the file of a file only by its name
    const file = pathOf(data.file ?? data.name)
    if (type === 'test:stderr') printed.set(file, `${printed.get(file) ?? ''}${data.message}`.slice(-MESSAGE_LENGTH))
    if (type === 'test:start') names(suites, file).length = data.nesting
    if (type === 'test:start') names(suites, file)[data.nesting] = data.name
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const entry = testOf(type, data, file, names(suites, file), printed.get(file) ?? '')
    if (entry) write({ kind: 'test', ...entry })
  }
  const seal = createHmac('sha256', globalThis[Symbol.for('troupe.key')]).update(lines.join('')).digest('hex')
  write({ kind: 'end', tests: lines.length, seal })
  writeFileSync(`${path}.whole`, lines.join(''))
  renameSync(`${path}.whole`, path)
  yield ''
}

function testOf(type, data, file, around, printed) {
  const failed = type === 'test:fail'
  // What fails in a suite or a subtest is reported by itself
  if (failed && data.details?.error?.failureType === 'subtestsFailed') return undefined
  if (!failed && data.details?.type === 'suite') return undefined
  // Node reports a file as a test that is named by its path: one that passed had no tests
  const crashed = data.nesting === 0 && (data.file === undefined || pathOf(data.name) === file)
  if (crashed && !failed) return undefined
  const excused = isGiven(data.skip) || isGiven(data.todo)
  const status = excused ? 'skipped' : failed ? 'failed' : 'passed'
  return {
    file,
    name: crashed ? file : [...around.slice(0, data.nesting), data.name].join(' > '),
    status,
    ...(crashed ? { crashed: true } : {}),
    ...(status === 'failed' ? { message: messageOf(data.details?.error, crashed ? printed : '') } : {}),
  }
}

/** `skip: ''` and `todo: true` are given as well. */
function isGiven(value) {
  return value !== undefined && value !== false
}

function messageOf(error, printed) {
  const cause = error?.cause
  const text = (cause && typeof cause === 'object' ? cause.message : cause) ?? error?.message ?? 'it failed'
  const all = [String(text), printed.trim()].filter(Boolean).join('\n')
  return all.length <= MESSAGE_LENGTH
    ? all
    : `${all.slice(0, MESSAGE_LENGTH)}\n[the first ${MESSAGE_LENGTH} of ${all.length} characters]`
}

function names(suites, file) {
  if (!suites.has(file)) suites.set(file, [])
  return suites.get(file)
}

function pathOf(file) {
  if (typeof file !== 'string') return ''
  const path = file.startsWith('file:') ? fileURLToPath(file) : file
  return relative(process.cwd(), path).replaceAll('\\', '/')
}
