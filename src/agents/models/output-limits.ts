// PURE. How long an answer is taken to be at most, where its author has not said so: what the model may be told, or the provider
// would refuse the call. It is what is reserved for it, and what the provider is told.

/** Enough for a whole module of code with the thoughts before it: what an answer gets where a budget is small. */
export const ENOUGH_ANSWER = 32_000
/** Of servers that we know nothing of: with a longer answer than their window has room for they refuse the call. */
const UNKNOWN_SERVER = 16_384

/** The first that matches counts. Only what is sure stands here: a number too high, and each call is refused. */
const LIMITS: readonly [id: RegExp, tokens: number][] = [
  [/^anthropic\/claude-3-(haiku|opus|sonnet)/, 4_096],
  [/^anthropic\/claude-3-5/, 8_192],
  [/^anthropic\/claude-(opus-4-[6-8]|sonnet-4-6|(opus|sonnet|haiku|fable)-5)/, 128_000],
  [/^anthropic\/claude-(sonnet-4-|opus-4-5|haiku-4-5)/, 64_000],
  [/^openai\/(gpt-4o|chatgpt-4o|gpt-5.*chat)/, 16_384],
  [/^openai\/(gpt-4-turbo|gpt-4-1106|gpt-4-0125|gpt-3\.5)/, 4_096],
  [/^openai\/gpt-4(-|$)/, 8_192],
  [/^openai\/gpt-5(-mini|-nano)?(-\d|$)/, 128_000],
  [/^openai\/(o1|o3|o3-mini|o4-mini)(-\d|$)/, 100_000],
  [/^google\/gemini-(1|2\.0)/, 8_192],
  [/^google\/gemini-2\.5-(pro|flash|flash-lite)$/, 65_535],
  [/^(anthropic|openai|google)\//, ENOUGH_ANSWER],
]

export interface OutputLimit {
  tokens: number
  /** Nobody knows what its server takes: it is told nothing, unless somebody has given a budget. */
  isGuess: boolean
}

/** Tokens, thoughts included, by the model's id. */
export function outputLimit(model: string): OutputLimit {
  const known = LIMITS.find(([id]) => id.test(model))
  return known ? { tokens: known[1], isGuess: false } : { tokens: UNKNOWN_SERVER, isGuess: true }
}
