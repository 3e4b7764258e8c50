// PURE. How long an answer is taken to be at most, where its author has not said so. It is what is reserved for it, and what a
// provider is told where a budget needs a bound: no more than the model may be told, or the provider would refuse the call.

/** Enough for a whole module of code with the thoughts before it; newer models may answer more. */
const STANDARD = 32_000
/** Of servers that we know nothing of: with a longer answer than their window has room for they refuse the call. */
const UNKNOWN_SERVER = 16_384

/** Older models that take less; the first that matches counts. */
const LIMITS: readonly [id: RegExp, tokens: number][] = [
  [/^openai\/(gpt-4o|chatgpt-4o)/, 16_384],
  [/^openai\/(gpt-4-turbo|gpt-4-1106|gpt-4-0125|gpt-3\.5)/, 4_096],
  [/^openai\/gpt-4(-|$)/, 8_192],
  [/^anthropic\/claude-3-(haiku|opus|sonnet)/, 4_096],
  [/^anthropic\/claude-3-5/, 8_192],
  [/^google\/gemini-(1|2\.0)/, 8_192],
  [/^(anthropic|openai|google)\//, STANDARD],
]

/** Tokens, by the model's id. */
export function outputLimit(model: string): number {
  return LIMITS.find(([id]) => id.test(model))?.[1] ?? UNKNOWN_SERVER
}
