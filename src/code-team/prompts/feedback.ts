// TEAM. What somebody who goes again is told of the round before.
import type { TokenCounter } from '../../agents/models/count-tokens'
import { shortened } from '../../contract/json'
import type { Feedback } from '../rounds/affected'
import { FEEDBACK_TOKENS } from '../token-limits'
import { asManyAsFit } from './as-many-as-fit'
import { document, material, message } from './material'

/** Characters of a problem that is too long to be told whole. */
const BEGINNING = 400

export function feedbackPrompt({ failures, problems, findings }: Feedback, count: TokenCounter): string | undefined {
  if (failures.length + problems.length + findings.length === 0) return undefined
  const failed = failures.map(({ file, name, message: text }) => ({
    whole: `${file}: ${name}\n${text}\n`,
    short: `${file}: ${name}`,
  }))
  const limits = { limit: FEEDBACK_TOKENS, count }
  return message(
    'The round before was not good enough. Mend exactly what is said here; leave what works as it is.',
    failures.length === 0
      ? undefined
      : material('Tests that failed', asManyAsFit(failed, { ...limits, what: 'tests that failed' })),
    problems.length === 0
      ? undefined
      : material(
          'Problems',
          asManyAsFit(
            problems.map((whole) => ({ whole, short: shortened(whole, BEGINNING) })),
            { ...limits, what: 'problems' },
          ),
        ),
    findings.length === 0 ? undefined : document("The reviewer's findings", findings),
  )
}
