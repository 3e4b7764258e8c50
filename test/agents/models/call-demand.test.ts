// What a call reserves before it is made, held against what a provider's own package then sends.
import { createAnthropic } from '@ai-sdk/anthropic'
import type { LanguageModelV3CallOptions } from '@ai-sdk/provider'
import { withinBudget } from '../../../src/agents/ledger/budgeted-options'
import { demandOf } from '../../../src/agents/models/call-demand'
import type { Budget } from '../../../src/contract/budget'
import { admit } from '../../../src/contract/run/admission'
import { BudgetBook } from '../../../src/contract/run/budget-book'

const SONNET = 'anthropic/claude-sonnet-4-5'

function asking(...content: Extract<LanguageModelV3CallOptions['prompt'][number], { role: 'user' }>['content']) {
  return { prompt: [{ role: 'user' as const, content }] } satisfies LanguageModelV3CallOptions
}

const HELLO = asking({ type: 'text', text: 'Say hello.' })

/** The number of tokens that Anthropic is told by its package. */
async function maxTokensSent(options: LanguageModelV3CallOptions): Promise<number> {
  let sent = NaN
  const fetch = async (_url: unknown, { body }: { body: string }): Promise<Response> => {
    sent = (JSON.parse(body) as { max_tokens: number }).max_tokens
    return Response.json({
      ...{ type: 'message', id: 'm', model: 'c', role: 'assistant', stop_reason: 'end_turn', stop_sequence: null },
      ...{ content: [{ type: 'text', text: 'hello' }], usage: { input_tokens: 10, output_tokens: 10 } },
    })
  }
  await createAnthropic({ apiKey: 'key', fetch: fetch as never })('claude-sonnet-4-5').doGenerate(options)
  return sent
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
    expect(await maxTokensSent(withinBudget(SONNET, options, { output: found.output }))).toBe(found.output)
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
