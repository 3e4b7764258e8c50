// HOST. A model's answer as it is kept, from a result and back to one. A replayed call and a live one give the same.
import type { LanguageModelV3Content, LanguageModelV3GenerateResult } from '@ai-sdk/provider'
import type { JsonObject, JsonValue } from '../../contract/json'
import type { ModelAnswer } from '../../contract/model-answer'

export type { ModelAnswer } from '../../contract/model-answer'

export type Answered = Pick<LanguageModelV3GenerateResult, 'content' | 'finishReason' | 'usage'>

export function toAnswer({ content, finishReason, usage }: Answered): ModelAnswer {
  const { inputTokens, outputTokens } = usage
  const kept = { content: content.map(withoutBytes), finishReason, usage: { inputTokens, outputTokens } }
  return JSON.parse(JSON.stringify(kept)) as ModelAnswer
}

/** The other way round. */
export function fromAnswer(kept: JsonValue): Answered {
  const { content, finishReason, usage } = kept as unknown as ModelAnswer
  const { inputTokens, outputTokens } = usage
  return {
    content: content as unknown as LanguageModelV3Content[],
    finishReason: { unified: finishReason.unified, raw: finishReason.raw },
    usage: {
      inputTokens: {
        total: undefined,
        noCache: undefined,
        cacheRead: undefined,
        cacheWrite: undefined,
        ...inputTokens,
      },
      outputTokens: { total: undefined, text: undefined, reasoning: undefined, ...outputTokens },
    },
  }
}

function withoutBytes(part: LanguageModelV3Content): JsonObject {
  const data =
    part.type === 'file' && part.data instanceof Uint8Array ? Buffer.from(part.data).toString('base64') : undefined
  return (data === undefined ? part : { ...part, data }) as unknown as JsonObject
}
