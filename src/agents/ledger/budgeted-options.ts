// PURE. A call as a budget lets it be made: its answer bounded, and the model told what is left. Only what is sent changes: the
// call is known in the ledger by what its author asked.
import type { LanguageModelV3CallOptions, LanguageModelV3Prompt } from '@ai-sdk/provider'
import type { BudgetLeft } from '../../contract/budget'
import { budgetText, ownerText } from '../../contract/run/budget-texts'
import { tokenNumber } from '../../contract/run/spending'
import type { CallGrant } from '../host-port'
import { addedThinking } from '../models/added-thinking'

/** The grant is for thoughts and answer; a provider's package that adds the thoughts itself is told of the answer only. */
export function withinBudget(
  model: string,
  options: LanguageModelV3CallOptions,
  { output: granted, left }: CallGrant,
): LanguageModelV3CallOptions {
  const output = granted === undefined ? undefined : granted - addedThinking(model, options)
  const bounded = output === undefined ? options : { ...options, maxOutputTokens: output }
  return left ? { ...bounded, prompt: told(options.prompt, budgetNote(left, output)) } : bounded
}

function budgetNote(left: readonly BudgetLeft[], output: number | undefined): string {
  const each = left.map((one) => `${ownerText(one)} ${budgetText(one.left) || 'nothing'}`).join('; ')
  const answer = output === undefined ? '' : ` This answer may have at most ${tokenNumber(output)} tokens.`
  return `[Budget, told by Troupe: beyond this answer there are left for ${each}.${answer}]`
}

/** At the end, where it changes nothing that a provider has in its cache; never after what the model is to go on with. */
function told(prompt: LanguageModelV3Prompt, text: string): LanguageModelV3Prompt {
  const last = prompt.at(-1)
  const note = { type: 'text' as const, text }
  if (last?.role === 'user') return [...prompt.slice(0, -1), { ...last, content: [...last.content, note] }]
  return last?.role === 'tool' ? [...prompt, { role: 'user', content: [note] }] : prompt
}
