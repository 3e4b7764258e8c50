// What a call reserves before it is made, held against what a provider's own package then sends.
import { createAnthropic } from '@ai-sdk/anthropic'
import type { LanguageModelV3CallOptions } from '@ai-sdk/provider'
import { withinBudget } from '../../../src/agents/ledger/budgeted-options'
import { demandOf } from '../../../src/agents/models/call-demand'
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
    const found = admit(new BudgetBook(), [{ level: 'run', limits: { tokens } }], demand, Date.now())
    if (found.kind !== 'granted') throw new Error(found.kind)
    expect(await maxTokensSent(withinBudget(SONNET, options, { output: found.output }))).toBe(found.output)
    expect(found.output).toBe(longest ?? tokens - demand.input)
  })

  test('is refused where there is no room for the thoughts and some words', async () => {
    const demand = await demandOf(SONNET, thoughtful(1_000), { tokenizer: true })
    expect(demand.least).toBe(10_256)
    const level = { level: 'run' as const, limits: { tokens: demand.input + 10_255 } }
    expect(admit(new BudgetBook(), [level], demand, Date.now())).toMatchObject({ kind: 'refused', key: 'tokens' })
  })

  test('is only the answer for others, whose packages do not read this', async () => {
    expect((await demandOf('openai/gpt-4o', thoughtful(1_000), { tokenizer: true })).output).toBe(1_000)
  })
})
