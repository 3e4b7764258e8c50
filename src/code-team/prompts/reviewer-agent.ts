// TEAM. What the reviewer-agent is told: specification, difference and what the tests said.
import type { TokenCounter } from '../../agents/models/count-tokens'
import type { Architecture, Check, Contribution, Specification } from '../documents'
import { TESTS_TOKENS } from '../token-limits'
import { asManyAsFit, type Item } from './as-many-as-fit'
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

/** Those that failed first, with what they said. */
function testLines(tests: Check['tests']): Item[] {
  const failed = tests.filter(({ status }) => status === 'failed')
  const others = tests.filter(({ status }) => status !== 'failed')
  return [...failed, ...others].map(({ status, file, name, message: text }) => {
    const short = `${status} ${file}: ${name}`
    return { whole: text ? `${short}\n${text}` : short, short }
  })
}

export interface ReviewerPromptInput {
  request: string
  specification?: Specification
  architecture: Architecture
  contributions: readonly Contribution[]
  check: Check
  /** All of it, or a part: the other parts are judged by themselves. */
  diff: { text: string; part: number; parts: number }
  /** Criteria that no test names. */
  untested: readonly string[]
}

/** Findings of the machinery; which of them matter is the reviewer's to say. */
function mutationsPrompt(mutations: Check['mutations']): string | undefined {
  if (!mutations || mutations.survived.length === 0) return undefined
  return `${document('Changes that no test noticed', mutations.survived)}\nIn each of these places what stood there ("was") was replaced ("now"), one at a time, and all tests still passed. Where such a change breaks a criterion or the contract, a test is missing: that is a blocking finding, in the file of the tests. Where it makes no difference that anybody sees, it is none.`
}

export function reviewerPrompt(input: ReviewerPromptInput, count: TokenCounter): string {
  const { request, specification, architecture, contributions, check, diff, untested } = input
  const { tests, problems, passed, output, exitCode } = check
  const limits = { limit: TESTS_TOKENS, count, what: 'tests' }
  const notes = contributions.map(({ module, role, notes: text, refusal }) => ({ module, role, notes: text, refusal }))
  return message(
    material('The request', request),
    specification && document('The specification', specification),
    document('The modules', architecture.modules),
    document('What their authors noted', notes),
    diff.parts === 1
      ? material('The difference', diff.text)
      : `${material(`The difference, part ${diff.part} of ${diff.parts}`, diff.text)}\nIt is too long to be judged at once. Judge this part only: what it lacks may be in another one, which is judged by itself.`,
    document('What the check says', { passed, exitCode, problems }),
    material('The tests', asManyAsFit(testLines(tests), limits)),
    material('The end of what the tests printed', output),
    mutationsPrompt(check.mutations),
    untested.length === 0 ? undefined : `Criteria that no test names: ${untested.join(', ')}.`,
  )
}
