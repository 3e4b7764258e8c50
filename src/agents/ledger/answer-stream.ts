// HOST. Answers as streams: one that is made of a stream's parts while they pass, and a kept one as the parts of a stream.
import type { LanguageModelV3Content, LanguageModelV3StreamPart } from '@ai-sdk/provider'
import type { Answered } from './model-answer'

type Part = LanguageModelV3StreamPart
type Text = Extract<LanguageModelV3Content, { type: 'text' | 'reasoning' }>

/** Collects the parts of one stream. */
export class AnswerCollector {
  private readonly content: LanguageModelV3Content[] = []
  private readonly open = new Map<string, Text>()

  /** Returns the answer with the part that ends it. */
  take(part: Part): Answered | undefined {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start':
        return this.begin(part.type === 'text-start' ? 'text' : 'reasoning', part)
      case 'text-delta':
      case 'reasoning-delta':
      case 'text-end':
      case 'reasoning-end':
        return this.extend(part)
      case 'tool-call':
      case 'tool-result':
      case 'tool-approval-request':
      case 'file':
      case 'source':
        this.content.push(part)
        return undefined
      case 'finish':
        return { content: this.content, finishReason: part.finishReason, usage: part.usage }
      default:
        return undefined // what only announces, or repeats in pieces what comes whole
    }
  }

  private begin(
    type: Text['type'],
    { id, providerMetadata }: Extract<Part, { type: `${string}-start`; id: string }>,
  ): undefined {
    const text = { type, text: '', ...(providerMetadata ? { providerMetadata } : {}) }
    this.open.set(`${type}/${id}`, text)
    this.content.push(text)
  }

  private extend(part: Extract<Part, { type: `${Text['type']}-${'delta' | 'end'}` }>): undefined {
    const text = this.open.get(`${part.type.split('-')[0]}/${part.id}`)
    if (!text) return
    if ('delta' in part) text.text += part.delta
    // A signature comes with the last piece
    if (part.providerMetadata) text.providerMetadata = part.providerMetadata
  }
}

/** The same stream; `ended` is called when nobody reads it any more: at its end, after a failure, or when it is cancelled. */
export function watched(stream: ReadableStream<Part>, ended: () => void): ReadableStream<Part> {
  const reader = stream.getReader()
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        controller.close()
      } catch (error) {
        controller.error(error)
      }
      ended()
    },
    async cancel(reason) {
      ended()
      await reader.cancel(reason)
    },
  })
}

/** A stream that says what was answered, each text in one piece. */
export function answerStream(answered: Answered): ReadableStream<Part> {
  return new ReadableStream({
    start(controller) {
      for (const part of answerParts(answered)) controller.enqueue(part)
      controller.close()
    },
  })
}

function answerParts({ content, finishReason, usage }: Answered): Part[] {
  const parts = content.flatMap((part, place): Part[] => {
    if (part.type !== 'text' && part.type !== 'reasoning') return [part]
    const { type, text, providerMetadata } = part
    const named = { id: String(place), ...(providerMetadata ? { providerMetadata } : {}) }
    return [
      { ...named, type: `${type}-start` },
      { ...named, type: `${type}-delta`, delta: text },
      { ...named, type: `${type}-end` },
    ]
  })
  return [{ type: 'stream-start', warnings: [] }, ...parts, { type: 'finish', finishReason, usage }]
}
