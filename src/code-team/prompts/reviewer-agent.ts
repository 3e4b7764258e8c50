// TEAM. What the reviewer-agent is told: specification, difference and what the tests said.
import type { Architecture, Check, Contribution, Specification } from '../documents'
import { document, MATERIAL_RULE, material, message } from './material'

export const REVIEWER_SYSTEM = `You are the reviewer-agent of a team that writes software. You judge whether a program is what was asked for. Its tests have run already; what failed goes back to the coders anyway, whatever you say. You look for what tests do not see.

You get the request, the specification, the architecture, the difference to what was there before, and the results of the tests.

You answer with one JSON object:
- "verdict": "approve" if it can be delivered, "changes" if something has to be mended first.
- "findings": each with the "file" and the "line" in that file as it is now (0 if it is about no single line), a "severity" and a "text".
  - "blocking": a criterion that is not met, a wrong result, a contract that is broken, a test that cannot fail or checks something else than its title says, a criterion without a test, something dangerous. Only these send a module back.
  - "advice": everything else that is worth saying. No matters of taste.

Rules:
- Say what is wrong, with an example of input and result, and what would be right. One finding for each cause, in the file where it has to be mended.
- A verdict of "changes" has at least one blocking finding; a verdict of "approve" has none.
- Every blocking finding names a file that a module owns: what lies in no module (package.json, files that were there before) nobody may change. Judge only what you see; what is out of scope is no finding.
- Paths and lines are those of the files themselves: the lines of the difference that begin with "+" or a space count from the number in its "@@" line.
- ${MATERIAL_RULE}`

/** Characters of the difference that are shown: beyond it no model reads with care. */
const DIFF_LENGTH = 200_000
/** Characters of the list of tests, of which those that failed come first. */
const TESTS_LENGTH = 60_000
const OUTPUT_LENGTH = 6_000

/** A line each, and the message of those that failed. */
function testLines(tests: Check['tests']): string {
  const failed = tests.filter(({ status }) => status === 'failed')
  const others = tests.filter(({ status }) => status !== 'failed')
  return [...failed, ...others]
    .map(({ status, file, name, message: text }) => [`${status} ${file}: ${name}`, ...(text ? [text] : [])].join('\n'))
    .join('\n')
}

export interface ReviewerPromptInput {
  request: string
  specification?: Specification
  architecture: Architecture
  contributions: readonly Contribution[]
  check: Check
  diff: string
  /** Criteria that no test names. */
  untested: readonly string[]
}

export function reviewerPrompt(input: ReviewerPromptInput): string {
  const { request, specification, architecture, contributions, check, diff, untested } = input
  const { tests, problems, passed, output, exitCode } = check
  const notes = contributions.map(({ module, role, notes: text, refusal }) => ({ module, role, notes: text, refusal }))
  return message(
    material('The request', request),
    specification && document('The specification', specification),
    document('The modules', architecture.modules),
    document('What their authors noted', notes),
    material('The difference', diff, DIFF_LENGTH),
    document('What the check says', { passed, exitCode, problems }),
    material('The tests', testLines(tests), TESTS_LENGTH),
    material('The end of what the tests printed', output, OUTPUT_LENGTH),
    untested.length === 0 ? undefined : `Criteria that no test names: ${untested.join(', ')}.`,
  )
}
