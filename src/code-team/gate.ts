// TEAM. The gate: what was built passes only if its tests ran and passed, whatever the reviewer says. A failure names all of it.
import { z } from 'zod'
import { defineAgent } from '../agents/define-agent'
import { TroupeError } from '../contract/errors'
import { buildSchema, type Build, type Round } from './documents'
import { blockingFindings, isApproved } from './rounds/affected'

/** Failures that the message names; the report has all. */
const NAMED = 10
/** Characters of one of them. */
const NAME_LENGTH = 200

export const gateSummarySchema = z.object({
  rounds: z.int(),
  tests: z.object({ passed: z.int(), failed: z.int(), skipped: z.int() }),
  /** Artifact of the `Snapshot` that passed. */
  snapshot: z.string(),
})

export const gateAgent = defineAgent({
  name: 'gate',
  input: z.object({ build: buildSchema }),
  output: gateSummarySchema,
  run: ({ build }) => pass(build),
})

/** @throws TroupeError `TestsFailed` naming everything that stands against the build */
export function pass({ approved, snapshot, rounds }: Build): z.output<typeof gateSummarySchema> {
  const last = rounds.at(-1)!
  // Counted again: the flag alone would be somebody's word
  if (approved && isApproved(last)) return { rounds: rounds.length, tests: testCounts(last), snapshot }
  const reasons = whatFails(last)
  const more = reasons.length - NAMED
  const named = [...reasons.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])]
  const after = `after ${rounds.length} ${rounds.length === 1 ? 'round' : 'rounds'}`
  throw new TroupeError('TestsFailed', `it is not done ${after}: ${named.join('; ')}`, {
    hint: 'what was written is delivered all the same; its REPORT.md says what is missing',
  })
}

export function testCounts({
  check: { tests },
}: Pick<Round, 'check'>): Record<'passed' | 'failed' | 'skipped', number> {
  const count = (wanted: string): number => tests.filter(({ status }) => status === wanted).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}

/** Everything that stands against a round, a line each. */
export function whatFails({ check, review }: Pick<Round, 'check' | 'review'>): string[] {
  const failed = check.tests.filter(({ status }) => status === 'failed')
  const findings = blockingFindings(review)
  return [
    ...failed.map(({ file, name }) => line(`the test "${name}" in ${file || 'no file'} fails`)),
    ...check.problems.map(({ text }) => line(text)),
    ...findings.map(({ file, text }) => line(`the reviewer refuses ${file || 'it'}: ${text}`)),
    ...(review?.verdict === 'changes' && findings.length === 0 ? ['the reviewer did not approve it'] : []),
  ]
}

function line(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length <= NAME_LENGTH ? flat : `${flat.slice(0, NAME_LENGTH)}…`
}
