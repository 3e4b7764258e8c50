// PURE. A whole answer as the stream that it would have come in: recorded answers serve both ways of asking.
import type { LanguageModelV3Content, LanguageModelV3GenerateResult, LanguageModelV3StreamPart } from '@ai-sdk/provider'

/** The parts of an answer in their order, each text and tool input in one piece. */
export function answerStream({
  content,
  finishReason,
  usage,
}: Pick<
  LanguageModelV3GenerateResult,
  'content' | 'finishReason' | 'usage'
>): ReadableStream<LanguageModelV3StreamPart> {
  const parts: LanguageModelV3StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    ...content.flatMap((part, place) => streamParts(part, String(place))),
    { type: 'finish', finishReason, usage },
  ]
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })
}

function streamParts(part: LanguageModelV3Content, id: string): LanguageModelV3StreamPart[] {
  switch (part.type) {
    case 'text':
      return [
        { type: 'text-start', id },
        { type: 'text-delta', id, delta: part.text },
        { type: 'text-end', id },
      ]
    case 'reasoning':
      return [
        { type: 'reasoning-start', id },
        { type: 'reasoning-delta', id, delta: part.text },
        { type: 'reasoning-end', id },
      ]
    case 'tool-call':
      return [
        { type: 'tool-input-start', id: part.toolCallId, toolName: part.toolName },
        { type: 'tool-input-delta', id: part.toolCallId, delta: part.input },
        { type: 'tool-input-end', id: part.toolCallId },
        part,
      ]
    default:
      return [part]
  }
}
