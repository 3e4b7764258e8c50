// HOST. A model's stream while it is read: its answer is kept before the last part is passed on, and whatever else it ends with is
// told, once.
import type { LanguageModelV3StreamPart } from '@ai-sdk/provider'
import { TroupeError } from '../../contract/errors'
import { AnswerCollector } from './answer-stream'
import type { Answered } from './model-answer'

type Parts = ReadableStream<LanguageModelV3StreamPart>

export interface StreamKeeper {
  keep(answered: Answered): Promise<unknown>
  /** It failed, broke off, or its reader had enough of it. */
  fail(error: unknown): Promise<void>
}

export function recordedStream(stream: Parts, { keep, fail }: StreamKeeper): Parts {
  const reader = stream.getReader()
  const collector = new AnswerCollector()
  let isOver = false
  const failOnce = async (error: unknown): Promise<void> => {
    if (isOver) return
    isOver = true
    await fail(error)
  }
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done && isOver) return controller.close()
        // Half an answer passes for no whole one
        if (done) throw new TroupeError('ModelUnavailable', 'the answer broke off before its end', { retryable: true })
        if (value.type === 'error') throw value.error
        const answered = collector.take(value)
        if (answered) {
          isOver = true
          await keep(answered)
        }
        controller.enqueue(value)
      } catch (error) {
        // What went wrong is told, whether the store takes note of it or not
        await failOnce(error).catch(() => undefined)
        controller.error(error)
        await reader.cancel().catch(() => undefined)
      }
    },
    async cancel(reason) {
      await Promise.all([failOnce(new Error('nobody read on')), reader.cancel(reason)])
    },
  })
}
