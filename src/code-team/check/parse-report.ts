// TEAM. What a test runner reported, read with suspicion: the tests ran beside whoever wrote it. A report that is not whole,
// in order, to its end and sealed with the key of this run is none.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

const lineSchema = z.discriminatedUnion('kind', [
  z.object({
    seq: z.int(),
    kind: z.literal('test'),
    file: z.string(),
    name: z.string(),
    status: z.enum(['passed', 'failed', 'skipped']),
    crashed: z.literal(true).optional(),
    message: z.string().optional(),
  }),
  z.object({ seq: z.int(), kind: z.literal('end'), tests: z.int(), seal: z.string() }),
])

export interface ReportedTest {
  file: string
  name: string
  status: 'passed' | 'failed' | 'skipped'
  crashed?: true
  message?: string
}

export interface ParsedReport {
  tests: ReportedTest[]
  /** Why it cannot be relied on. What it says of failures is told all the same. */
  problem?: string
}

/** Tests of one report: far more than agents write, and what a run's results may hold. */
const MAX_TESTS = 5_000

/** `text` is undefined where there is no report; `key` is what the runner sealed it with. */
export function parseReport(text: string | undefined, key: string): ParsedReport {
  if (text === undefined || text === '') return { tests: [], problem: 'the test runner left no report' }
  const tests: ReportedTest[] = []
  let ended = false
  let read = 0
  for (const [place, line] of text.replace(/\n$/, '').split('\n').entries()) {
    const parsed = lineSchema.safeParse(asJson(line))
    if (!parsed.success) return { tests, problem: `line ${place + 1} of the test report is damaged` }
    if (parsed.data.seq !== place || ended) return tampered(tests)
    if (tests.length === MAX_TESTS) return { tests, problem: `more than ${MAX_TESTS} tests were reported` }
    if (parsed.data.kind === 'end') {
      ended = true
      if (parsed.data.tests !== tests.length || !isSealed(text.slice(0, read), key, parsed.data.seal))
        return tampered(tests)
    } else {
      const { seq: _seq, kind: _kind, ...test } = parsed.data
      tests.push(test)
    }
    read += line.length + 1
  }
  return ended ? { tests } : { tests, problem: 'the test report ends in the middle: the run was cut off' }
}

/** Nothing that passed in such a report did. */
function tampered(tests: readonly ReportedTest[]): ParsedReport {
  const failed = tests.filter(({ status }) => status === 'failed')
  return { tests: failed, problem: 'the test report was tampered with' }
}

function isSealed(lines: string, key: string, seal: string): boolean {
  const expected = Buffer.from(createHmac('sha256', key).update(lines).digest('hex'))
  const given = Buffer.from(seal)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function asJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
