// PURE. What an answer has cost: as its provider counted, or an estimate where it did not.
import type { LanguageModelV3CallOptions } from '@ai-sdk/provider'
import type { ModelTokens } from '../../contract/model-answer'
import { canonicalJson } from './canonical-json'
import type { Answered } from './model-answer'

/** English has about four bytes a token, code and other languages three or fewer: an estimate is rather too high than too low. */
const BYTES_PER_TOKEN = 3

/** What the provider did not count is estimated, so that no run passes its cap unseen; and said to be an estimate. */
export function tokensOf(
  { prompt, tools }: Pick<LanguageModelV3CallOptions, 'prompt' | 'tools'>,
  { content, usage }: Pick<Answered, 'content' | 'usage'>,
): ModelTokens {
  const input = counted(usage.inputTokens.total)
  const output = counted(usage.outputTokens.total)
  // No model reads nothing: servers that do not count may say 0 rather than be silent
  const isTold = input !== undefined && output !== undefined && !(usage.raw && input + output === 0)
  if (isTold) return { input, output, ...cache(usage.inputTokens) }
  return { input: input || estimate({ prompt, tools }), output: output || estimate(content), estimated: true }
}

function cache({ cacheRead, cacheWrite }: Answered['usage']['inputTokens']): Partial<ModelTokens> {
  return { ...(cacheRead ? { cachedInput: cacheRead } : {}), ...(cacheWrite ? { cacheWrites: cacheWrite } : {}) }
}

function counted(tokens: number | undefined): number | undefined {
  return tokens !== undefined && Number.isFinite(tokens) && tokens >= 0 ? tokens : undefined
}

function estimate(said: unknown): number {
  return Math.ceil(Buffer.byteLength(canonicalJson(said)) / BYTES_PER_TOKEN)
}
