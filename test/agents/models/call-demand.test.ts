// What a call reserves before it is made, held against what a provider's own package then sends.
import { createAnthropic } from '@ai-sdk/anthropic'
import type { LanguageModelV3CallOptions } from '@ai-sdk/provider'
import { withinBudget } from '../../../src/agents/ledger/budgeted-options'
import { tokensOf } from '../../../src/agents/ledger/tokens'
import { countTokens } from '../../../src/agents/models/count-tokens'
import { demandOf } from '../../../src/agents/models/call-demand'
import { WindowCount } from '../../../src/agents/models/window-count'
import type { Budget, BudgetLevel } from '../../../src/contract/budget'
import { admit } from '../../../src/contract/run/admission'
import { BudgetBook } from '../../../src/contract/run/budget-book'
import { toldDemand } from '../../../src/contract/run/told-demand'

const SONNET = 'anthropic/claude-sonnet-4-5'

function asking(...content: Extract<LanguageModelV3CallOptions['prompt'][number], { role: 'user' }>['content']) {
  return { prompt: [{ role: 'user' as const, content }] } satisfies LanguageModelV3CallOptions
}

const HELLO = asking({ type: 'text', text: 'Say hello.' })

/** The number of tokens that Anthropic is told by its package, and its answer. */
async function askAnthropic(options: LanguageModelV3CallOptions, usage: object = {}) {
  let sent = NaN
  const fetch = async (_url: unknown, { body }: { body: string }): Promise<Response> => {
    sent = (JSON.parse(body) as { max_tokens: number }).max_tokens
    return Response.json({
      ...{ type: 'message', id: 'm', model: 'c', role: 'assistant', stop_reason: 'end_turn', stop_sequence: null },
      ...{ content: [{ type: 'text', text: 'hello' }], usage: { input_tokens: 10, output_tokens: 10, ...usage } },
    })
  }
  const answer = await createAnthropic({ apiKey: 'key', fetch: fetch as never })('claude-sonnet-4-5').doGenerate(
    options,
  )
  return { sent, answer }
}

describe('an answer with thoughts, which Anthropic’s package adds to its length', () => {
  const thoughtful = (maxOutputTokens?: number, thinking: object = { type: 'enabled', budgetTokens: 10_000 }) => ({
    ...HELLO,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    providerOptions: { anthropic: { thinking: thinking as never } },
  })

  test.each([
    ['plenty', 500_000, thoughtful(1_000), 11_000],
    ['little', 10_800, thoughtful(1_000), undefined],
    ['no word of its author about its length', 500_000, thoughtful(), 42_000],
    ['no budget for the thoughts', 500_000, thoughtful(1_000, { type: 'enabled' }), 2_024],
    ['thoughts that count as answer', 500_000, thoughtful(1_000, { type: 'adaptive' }), 1_000],
  ])('is sent no longer than it was reserved: %s', async (_what, tokens, options, longest) => {
    const demand = await demandOf(SONNET, options, { tokenizer: true })
    const found = admit(new BudgetBook(), [{ level: 'run', limits: { tokens } }], demand, { now: Date.now() })
    if (found.kind !== 'granted') throw new Error(found.kind)
    const { sent } = await askAnthropic(withinBudget(SONNET, options, { output: found.output }))
    expect(sent).toBe(found.output)
    expect(found.output).toBe(longest ?? tokens - demand.input)
  })

  test('is refused where there is no room for the thoughts and some words', async () => {
    const demand = await demandOf(SONNET, thoughtful(1_000), { tokenizer: true })
    expect(demand.least).toBe(10_256)
    const level = { level: 'run' as const, limits: { tokens: demand.input + 10_255 } }
    expect(admit(new BudgetBook(), [level], demand, { now: Date.now() })).toMatchObject({
      kind: 'refused',
      key: 'tokens',
    })
  })

  test('is only the answer for others, whose packages do not read this', async () => {
    expect((await demandOf('openai/gpt-4o', thoughtful(1_000), { tokenizer: true })).output).toBe(1_000)
  })
})

describe('an answer of which nobody has said how long it may be', () => {
  const answerOf = async (model: string, limits: Budget) => {
    const demand = await demandOf(model, HELLO, { tokenizer: true })
    const found = admit(new BudgetBook(), [{ level: 'run', limits }], demand, { now: Date.now() })
    return found.kind === 'granted' ? found.output : found.kind
  }

  test.each([
    ['of a small budget gets enough', SONNET, { tokens: 500_000 }, 32_000],
    ['of a large one as much as the model can', SONNET, { tokens: 5_000_000 }, 64_000],
    ['of one between them a share', 'openai/gpt-5', { tokens: 800_000 }, 50_000],
    ['of little money gets enough', SONNET, { usd: 1 }, 32_000],
    ['of much as much as the model can', 'anthropic/claude-opus-4-6', { usd: 100 }, 128_000],
    ['is no longer than an older model’s can be', 'openai/gpt-4o', { tokens: 5_000_000 }, 16_384],
    ['of an unknown server is what most of them have room for', 'ollama/llama3', { tokens: 5_000_000 }, 16_384],
  ])('%s', async (_what, model, limits, expected) => {
    expect(await answerOf(model, limits)).toBeGreaterThan(expected * 0.99)
    expect(await answerOf(model, limits)).toBeLessThanOrEqual(expected)
  })

  test('is as long as its author says, however small the budget', async () => {
    expect(await demandOf(SONNET, { ...HELLO, maxOutputTokens: 60_000 }, {})).not.toHaveProperty('enough')
  })
})

describe('a file in a conversation', () => {
  const data = new Uint8Array(100_000).fill(97)
  const file = (mediaType: string, of: Uint8Array | string | URL = data) =>
    asking({ type: 'file', mediaType, data: of } as const)
  const inputOf = async (options: LanguageModelV3CallOptions, model = SONNET) =>
    (await demandOf(model, options, { tokenizer: true })).input
  const none = { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined }
  const untold = {
    content: [],
    usage: { inputTokens: none, outputTokens: { ...none, text: undefined, reasoning: undefined } },
  }

  test.each([
    ['a picture', file('image/png'), 8_000],
    ['a picture by its address', file('image/*', new URL('https://pictures.example/one')), 8_000],
    ['a document', file('application/pdf'), 100_000],
    ['a small document, whose pages may be pictures', file('application/pdf', data.slice(0, 100)), 8_000],
    ['a document that is larger than the window', file('application/pdf', new Uint8Array(1_000_000)), 200_000],
    ['a film as base64', file('video/mp4', Buffer.from(data).toString('base64')), 100_000],
    ['a document by its address', file('application/pdf', new URL('https://papers.example/one')), 200_000],
  ])('is reserved as the most that it may be: %s', async (_what, options, tokens) => {
    expect(await inputOf(options)).toBeGreaterThanOrEqual(tokens)
    expect(await inputOf(options)).toBeLessThan(tokens + 100)
  })

  test('that is a text counts as that text', async () => {
    const text = 'A lighthouse stands on the rock. '.repeat(1_000)
    const plain = await inputOf(asking({ type: 'text', text }))
    for (const given of [Buffer.from(text), Buffer.from(text).toString('base64')])
      expect(Math.abs((await inputOf(file('text/plain', given))) - plain)).toBeLessThan(50)
  })

  const shown = (part: object): LanguageModelV3CallOptions => ({
    prompt: [
      ...HELLO.prompt,
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c',
            toolName: 'look',
            output: { type: 'content', value: [part as never] },
          },
        ],
      },
    ],
  })
  const picture = shown({ type: 'image-data', mediaType: 'image/png', data: Buffer.from(data).toString('base64') })

  test('that a tool returned is one, unless its provider is sent the base64 as text', async () => {
    for (const model of [SONNET, 'google/gemini-2.5-pro', 'openai/gpt-5']) {
      expect(await inputOf(picture, model)).toBeLessThan(8_300)
      expect(await new WindowCount(model).request(picture)).toBeLessThan(11_000)
      expect(new WindowCount(model).isSurelyBelow(picture, 20_000)).toBe(true)
    }
    const compatible = 'openai-compatible/house'
    expect(await inputOf(picture, compatible)).toBeGreaterThan(20_000)
    expect(await new WindowCount(compatible).request(picture)).toBeGreaterThan(15_000)
    expect(await inputOf(shown({ type: 'file-url', url: 'https://papers.example/one' }))).toBeGreaterThan(200_000)
  })

  test.each([
    ['a picture', file('image/png')],
    ['a picture of a tool', picture],
    ['a document', file('application/pdf')],
    ['blanks, of which a tokenizer makes few tokens', asking({ type: 'text', text: ' '.repeat(9_000) })],
  ])('is settled at no more than was reserved where the provider does not count: %s', async (_what, { prompt }) => {
    const mostInput = await inputOf({ prompt })
    const { input, estimated } = tokensOf({ prompt, model: SONNET, mostInput }, untold)
    expect({ estimated, isWithin: input <= mostInput, isSmall: input < 9_000 }).toEqual({
      estimated: true,
      isWithin: true,
      isSmall: true,
    })
  })
})

describe('what a call is told besides what its author says', () => {
  const levels: BudgetLevel[] = [
    { level: 'run', limits: { usd: 20, tokens: 1_000_000, calls: 1_000, wallMs: 7_200_000 } },
    { level: 'agent', name: 'a-writer-of-chapters', limits: { calls: 300 } },
    { level: 'subtask', name: 'modules/src-contract-run-budgets/3', limits: { tokens: 90_000 } },
    { level: 'subtask', name: 'ein-Übungsstück-für-Köpfe', limits: { usd: 1 } },
  ]
  const left = levels.map((level) => ({ ...level, left: { ...level.limits, wallMs: 7_199_123, usd: 1.234_567 } }))

  test.each([1, 4])('what is left at %i levels is reserved', async (count) => {
    const demand = await demandOf('openai/gpt-5', HELLO, { tokenizer: true })
    const sent = withinBudget('openai/gpt-5', HELLO, { output: 123_456, left: left.slice(0, count) })
    const note = (sent.prompt[0]!.content as { text: string }[])[1]!.text
    const told = toldDemand(demand, levels.slice(0, count))
    expect(note).toContain('at most 123,456 tokens')
    expect(told.input - demand.input).toBeGreaterThanOrEqual(await countTokens(note))
    expect(told.price!.input).toBeCloseTo((demand.price!.input * told.input) / demand.input, 9)
  })

  test('what Anthropic says of tools is reserved', async () => {
    const tools: LanguageModelV3CallOptions['tools'] = [
      { type: 'function', name: 'look', inputSchema: { type: 'object' } },
    ]
    const inputOf = async (model: string) => (await demandOf(model, { ...HELLO, tools }, { tokenizer: true })).input
    expect((await inputOf(SONNET)) - (await inputOf('openai/gpt-5'))).toBe(600)
  })
})

test('what Anthropic keeps in its cache for an hour is told apart, since it costs more', async () => {
  const cache_creation = { ephemeral_5m_input_tokens: 600, ephemeral_1h_input_tokens: 400 }
  const { answer } = await askAnthropic(HELLO, { cache_creation_input_tokens: 1_000, cache_creation })
  const tokens = tokensOf({ ...HELLO, model: SONNET, mostInput: 10 }, answer)
  expect(tokens).toEqual({ input: 1_010, output: 10, cacheWrites: 1_000, hourCacheWrites: 400 })
})
