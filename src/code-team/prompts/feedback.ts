// TEAM. What somebody who goes again is told of the round before.
import type { Feedback } from '../rounds/affected'
import { document, material, message } from './material'

/** Failures that are shown whole; the rest is named. */
const SHOWN_FAILURES = 20
/** Characters of all failures, and of all problems: what one mending can take in. */
const FEEDBACK_LENGTH = 60_000

export function feedbackPrompt({ failures, problems, findings }: Feedback): string | undefined {
  if (failures.length + problems.length + findings.length === 0) return undefined
  const shown = failures.slice(0, SHOWN_FAILURES).map(({ file, name, message: text }) => `${file}: ${name}\n${text}`)
  const named = failures.slice(SHOWN_FAILURES).map(({ file, name }) => `${file}: ${name}`)
  return message(
    'The round before was not good enough. Mend exactly what is said here; leave what works as it is.',
    failures.length === 0
      ? undefined
      : material('Tests that failed', [...shown, ...named].join('\n\n'), FEEDBACK_LENGTH),
    problems.length === 0 ? undefined : material('Problems', problems.join('\n'), FEEDBACK_LENGTH),
    findings.length === 0 ? undefined : document("The reviewer's findings", findings),
  )
}
