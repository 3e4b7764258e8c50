// PURE. What Anthropic's package adds to the length of an answer that it is told: the tokens that thoughts may take.
import type { LanguageModelV3CallOptions } from '@ai-sdk/provider'
import { isObject } from '../../contract/json'

/** What the package takes where thinking is enabled without a budget. */
const ASSUMED = 1_024

/** Tokens that a call may use beyond `maxOutputTokens`. */
export function addedThinking(
  model: string,
  { providerOptions }: Pick<LanguageModelV3CallOptions, 'providerOptions'>,
): number {
  const thinking = providerOptions?.anthropic?.thinking
  if (!model.startsWith('anthropic/') || !isObject(thinking) || thinking.type !== 'enabled') return 0
  const { budgetTokens = ASSUMED } = thinking
  return typeof budgetTokens === 'number' && budgetTokens > 0 ? budgetTokens : 0
}
