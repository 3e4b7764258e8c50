// HOST. What an answer has cost: as its provider counted, or an estimate where it did not.
import type { LanguageModelV3CallOptions } from '@ai-sdk/provider'
import { isObject } from '../../contract/json'
import type { ModelTokens } from '../../contract/model-answer'
import { FILE_TOKENS, splitFiles } from '../models/file-parts'
import { takesFilesOfTools } from '../models/providers'
import { canonicalJson } from './canonical-json'
import type { Answered } from './model-answer'

/** English has about four bytes a token, code and other languages three or fewer: an estimate is rather too high than too low. */
const BYTES_PER_TOKEN = 3

/** A call that was made. */
export interface AskedCall extends Pick<LanguageModelV3CallOptions, 'prompt' | 'tools'> {
  /** `<provider>/<model>` */
  model: string
  /** Tokens that were reserved for its input: more than it can have. */
  mostInput: number
}

/** What the provider did not count is estimated, so that no run passes its cap unseen; and said to be an estimate. */
export function tokensOf(asked: AskedCall, { content, usage }: Pick<Answered, 'content' | 'usage'>): ModelTokens {
  const input = counted(usage.inputTokens.total)
  const output = counted(usage.outputTokens.total)
  // No model reads nothing: servers that do not count may say 0 rather than be silent
  const isTold = input !== undefined && output !== undefined && !(usage.raw && input + output === 0)
  if (isTold) return { input, output, ...cache(usage) }
  return { input: input || estimatedInput(asked), output: output || estimate(content), estimated: true }
}

function estimatedInput({ model, prompt, tools, mostInput }: AskedCall): number {
  const messages = prompt.map((message) => splitFiles(message, takesFilesOfTools(model)))
  const files = messages.flatMap((message) => message.files).length
  return Math.min(mostInput, estimate({ prompt: messages.map(({ rest }) => rest), tools }) + files * FILE_TOKENS)
}

function cache({ inputTokens: { cacheRead, cacheWrite }, raw }: Answered['usage']): Partial<ModelTokens> {
  const hourWrites = isObject(raw?.cache_creation) ? raw.cache_creation.ephemeral_1h_input_tokens : undefined
  return {
    ...(cacheRead ? { cachedInput: cacheRead } : {}),
    ...(cacheWrite ? { cacheWrites: cacheWrite } : {}),
    ...(typeof hourWrites === 'number' && hourWrites > 0 ? { hourCacheWrites: hourWrites } : {}),
  }
}

function counted(tokens: number | undefined): number | undefined {
  return tokens !== undefined && Number.isFinite(tokens) && tokens >= 0 ? tokens : undefined
}

function estimate(said: unknown): number {
  return Math.ceil(Buffer.byteLength(canonicalJson(said)) / BYTES_PER_TOKEN)
}
