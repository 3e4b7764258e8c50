// HOST. A model's stream whose errors are Troupe's, and which does not pass a cut-off answer as a whole one.
import type { LanguageModelV3StreamPart } from '@ai-sdk/provider'

type Parts = ReadableStream<LanguageModelV3StreamPart>

/** Ends with the classified error where the provider's stream fails, tells of an error, or ends without its last part. */
export function classifyingStream(stream: Parts, classify: (error: unknown) => unknown): Parts {
  const reader = stream.getReader()
  let finished = false
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done && finished) return controller.close()
        if (done || isCut(value)) throw new Error('the answer was cut off before its end')
        if (value.type === 'error') throw value.error
        finished ||= value.type === 'finish'
        // Warnings would be printed by the SDK, on the standard output that results go to
        controller.enqueue(value.type === 'stream-start' ? { ...value, warnings: [] } : value)
      } catch (error) {
        controller.error(classify(error))
        await reader.cancel().catch(() => undefined)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** Packages write a last part for streams that just stopped: one without the model's own reason. */
function isCut(part: LanguageModelV3StreamPart): boolean {
  return part.type === 'finish' && part.finishReason.raw === undefined && part.finishReason.unified === 'other'
}
