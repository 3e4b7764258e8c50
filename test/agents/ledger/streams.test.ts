// Streams of a model: recorded whole when they end, and replayed as streams.
import type { LanguageModelV3, LanguageModelV3StreamPart } from '@ai-sdk/provider'
import { generateText, streamText } from 'ai'
import { convertArrayToReadableStream, MockLanguageModelV3 } from 'ai/test'
import { TroupeError, type AgentContext } from '../../../src/index'
import { answered, attempt, watchedLedger } from './support/executions'

const { finishReason, usage } = answered('')
const PARTS: LanguageModelV3StreamPart[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'reasoning-start', id: 'r' },
  { type: 'reasoning-delta', id: 'r', delta: 'hm' },
  { type: 'reasoning-end', id: 'r', providerMetadata: { some: { signature: 'signed' } } },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'two ' },
  { type: 'text-delta', id: 't', delta: 'words' },
  { type: 'text-end', id: 't' },
  { type: 'tool-input-start', id: 'c', toolName: 'look' },
  { type: 'tool-input-delta', id: 'c', delta: '{}' },
  { type: 'tool-input-end', id: 'c' },
  { type: 'tool-call', toolCallId: 'c', toolName: 'look', input: '{}' },
  { type: 'finish', finishReason, usage },
]

function streaming(...streams: LanguageModelV3StreamPart[][]): MockLanguageModelV3 {
  return new MockLanguageModelV3({
    doStream: async () => ({ stream: convertArrayToReadableStream(streams.shift() ?? []) }),
  })
}

async function readAll(context: AgentContext): Promise<unknown> {
  const stream = streamText({ model: context.model(), prompt: 'one', onError: () => undefined })
  const text = await stream.text
  const content = (await stream.content).map((part) => ({ ...part, invalid: undefined, error: undefined }))
  return { text, content, reasoning: await stream.reasoningText, usage: await stream.usage }
}

it('gives the same stream again, reasoning with its signature and tool calls included', async () => {
  const ledger = watchedLedger()
  const model = streaming(PARTS)
  const first = await attempt(ledger, readAll, { model })
  expect(first).toMatchObject({ text: 'two words', reasoning: 'hm', usage: { inputTokens: 10 } })
  expect(await attempt(ledger, readAll, { model })).toEqual(first)
  const { value } = (await ledger.recall(ledger.begun[0]!))!
  expect(value).toMatchObject({
    content: [
      { type: 'reasoning', text: 'hm', providerMetadata: { some: { signature: 'signed' } } },
      { type: 'text', text: 'two words' },
      { type: 'tool-call', toolName: 'look', input: '{}' },
    ],
  })
})

it('replays a stream for a call that wants the answer whole', async () => {
  const ledger = watchedLedger()
  const model = streaming(PARTS)
  await attempt(ledger, readAll, { model })
  const whole = async (context: AgentContext) => (await generateText({ model: context.model(), prompt: 'one' })).text
  expect(await attempt(ledger, whole, { model })).toBe('two words')
})

it('records nothing of a stream that breaks off or fails, and knows what may have been billed', async () => {
  const ledger = watchedLedger()
  const failed = (error: unknown): LanguageModelV3StreamPart[] => [
    ...PARTS.slice(0, 6),
    { type: 'error', error },
    PARTS.at(-1)!,
  ]
  const cut = new TroupeError('ModelUnavailable', 'cut off', { retryable: true })
  const refused = new TroupeError('NoRecordedAnswer', 'nothing recorded')
  const model = streaming(PARTS.slice(0, 6), failed(cut), failed(refused), PARTS)
  for (let times = 0; times < 3; times++) await attempt(ledger, readAll, { model }).catch(() => undefined)
  expect(ledger.refusedCalls).toEqual([ledger.begun[2]])
  expect(await ledger.recall(ledger.begun[0]!)).toBeUndefined()
  expect(await attempt(ledger, readAll, { model })).toMatchObject({ text: 'two words' })
})

it('fails for whoever reads only the text, with the failure itself, whenever it comes', async () => {
  const refused = new TroupeError('ModelRefused', 'no such model')
  const spent = new TroupeError('BudgetExceeded', 'used up')
  const rejecting = new MockLanguageModelV3({ doStream: () => Promise.reject(refused) })
  const telling = () => streaming([...PARTS.slice(0, 6), { type: 'error', error: refused }, PARTS.at(-1)!])
  const readings: ((context: AgentContext) => Promise<unknown>)[] = [
    async (context) => {
      let text = ''
      for await (const piece of streamText({ model: context.model(), prompt: 'one' }).textStream) text += piece
      return text
    },
    async (context) => streamText({ model: context.model(), prompt: 'one' }).text,
  ]
  for (const read of readings) {
    await expect(attempt(watchedLedger(), read, { model: rejecting })).rejects.toBe(refused)
    await expect(attempt(watchedLedger(), read, { model: telling() })).rejects.toBe(refused)
    const atTheCap = { ...watchedLedger(), begin: () => Promise.reject(spent) }
    await expect(attempt(atTheCap, read)).rejects.toBe(spent)
  }
})

describe('a stream that gives no whole answer', () => {
  const broken = (): ReadableStream<LanguageModelV3StreamPart> => {
    const parts = PARTS.slice(0, 6)
    return new ReadableStream({
      pull: (controller) => {
        const part = parts.shift()
        if (part) controller.enqueue(part)
        else controller.error(new Error('socket hang up'))
      },
    })
  }

  it.each<[string, () => ReadableStream<LanguageModelV3StreamPart>]>([
    ['fails in the middle', broken],
    ['ends without its last part', () => convertArrayToReadableStream(PARTS.slice(0, 6))],
    [
      'tells of an error',
      () => convertArrayToReadableStream([...PARTS.slice(0, 6), { type: 'error', error: new Error('no') }]),
    ],
  ] as const)(
    'and %s gives its reservation up at once, and its author’s retry is found in its place',
    async (_how, first) => {
      const ledger = watchedLedger()
      const lost = jest.spyOn(ledger, 'lost')
      let asked = 0
      const doStream = async () => ({ stream: asked++ === 0 ? first() : convertArrayToReadableStream(PARTS) })
      const model = new MockLanguageModelV3({ doStream })
      const lostBefore: number[] = []
      const work = async (context: AgentContext): Promise<unknown> => {
        try {
          return await readAll(context)
        } catch {
          lostBefore.push(lost.mock.calls.length)
          return readAll(context)
        }
      }
      expect(await attempt(ledger, work, { model })).toMatchObject({ text: 'two words' })
      expect(lostBefore).toEqual([1])
      expect(ledger.begun.map(({ occurrence }) => occurrence)).toEqual([0, 0])
      expect(await attempt(ledger, work, { model })).toMatchObject({ text: 'two words' })
      expect([asked, lost.mock.calls.length]).toEqual([2, 1])
    },
  )

  it('because nobody reads on gives its reservation up', async () => {
    const ledger = watchedLedger()
    const lost = jest.spyOn(ledger, 'lost')
    await attempt(
      ledger,
      async (context) => {
        const { stream } = await (context.model() as LanguageModelV3).doStream({
          prompt: [{ role: 'user', content: [{ type: 'text', text: 'one' }] }],
        })
        const reader = stream.getReader()
        await reader.read()
        await reader.cancel()
        expect(lost).toHaveBeenCalledTimes(1)
      },
      { model: streaming(PARTS) },
    )
  })

  it('gives up nothing when it was read to its end', async () => {
    const ledger = watchedLedger()
    const lost = jest.spyOn(ledger, 'lost')
    await attempt(ledger, readAll, { model: streaming(PARTS) })
    expect(lost).not.toHaveBeenCalled()
  })
})
