// The small program of the code team's tests as a recording, so that the real command builds it.
import { approve, architecture, good, specification } from '../../code-team/support/program'

interface Answer {
  agent: string
  subtask?: string
  content: unknown
  usage: { inputTokens: number; outputTokens: number }
  delayMs?: number
}

/** What each call counts as. */
export const TOKENS_A_CALL = 100
/** Specification, architecture, two modules with code and tests, and the review. */
export const CALLS = 7

function answer(agent: string, content: unknown, more: Partial<Answer> = {}): Answer {
  return { agent, content, usage: { inputTokens: 60, outputTokens: 40 }, ...more }
}

/** The good program; `change` replaces answers by agent, or by agent and module (`coder-agent add`). */
export function programRecording(
  change: Record<string, unknown> = {},
  delayMs = 0,
  reviewDelayMs = delayMs,
): { format: string; version: number; answers: Answer[] } {
  const modules = (['add', 'cli'] as const).flatMap((module) => [
    { name: `coder-agent ${module}`, content: good.code[module], subtask: `code-${module}` },
    { name: `test-agent ${module}`, content: good.tests[module], subtask: `test-${module}` },
  ])
  const delay = delayMs > 0 ? { delayMs } : {}
  const reviewDelay = reviewDelayMs > 0 ? { delayMs: reviewDelayMs } : {}
  const answers = [
    answer('spec-agent', change['spec-agent'] ?? specification, delay),
    answer('architect-agent', change['architect-agent'] ?? architecture, delay),
    ...modules.map(({ name, content, subtask }) =>
      answer(name.split(' ')[0]!, change[name] ?? content, { subtask: `build/${subtask}`, ...delay }),
    ),
    answer('reviewer-agent', change['reviewer-agent'] ?? approve, reviewDelay),
  ]
  return { format: 'troupe-recording', version: 1, answers }
}
