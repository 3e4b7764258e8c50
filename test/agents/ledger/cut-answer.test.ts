// An answer that a budget let be only so long.
import { generateText } from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import type { AgentContext } from '../../../src/index'
import { answered, attempt, watchedLedger } from './support/executions'

it('takes half an answer that a budget cut off for no whole one: it is paid for, and may be asked for again', async () => {
  const ledger = watchedLedger()
  const wasted = jest.spyOn(ledger, 'wasted')
  const granted = [1_000, 64_000]
  const begin: typeof ledger.begin = async (...made) => {
    await ledger.begin(...made)
    return { output: granted.shift()! }
  }
  const model = new MockLanguageModelV3({
    doGenerate: async ({ maxOutputTokens = Infinity }) => {
      const isWhole = maxOutputTokens >= 40_000
      const finishReason = { unified: isWhole ? 'stop' : 'length', raw: undefined } as const
      return { ...answered(isWhole ? 'whole' : 'ha', 10, Math.min(40_000, maxOutputTokens)), finishReason }
    },
  })
  const work = async (context: AgentContext) =>
    (await generateText({ model: context.model('anthropic/claude-sonnet-4-5'), prompt: 'one' })).text
  await expect(attempt({ ...ledger, begin }, work, { model })).rejects.toMatchObject({
    code: 'BudgetExceeded',
    message: expect.stringMatching(/cut off at 1,000 tokens: its budget/),
    hint: expect.stringMatching(/--max-tokens.*troupe budget RUN --tokens N raises it/),
  })
  expect(wasted.mock.calls).toMatchObject([[{ occurrence: 0 }, { tokens: { output: 1_000 } }]])
  expect(await attempt({ ...ledger, begin }, work, { model })).toBe('whole')
  expect(ledger.begun.map(({ occurrence }) => occurrence)).toEqual([0, 0])
})
