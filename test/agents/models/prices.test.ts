// Money: what the price library knows, what the run says itself, and what nobody knows.
import { contextWindow, costOf, isPriced, worstCost } from '../../../src/agents/models/prices'

const own = { 'openai-compatible/house': { inputPerMillion: 2, outputPerMillion: 10, cachedInputPerMillion: 0.5 } }

test('a call of a known model costs what its provider asks, cached input less', async () => {
  const plain = await costOf('anthropic/claude-sonnet-4-5', { input: 1_000, output: 100 })
  const cached = await costOf('anthropic/claude-sonnet-4-5', { input: 1_000, output: 100, cachedInput: 1_000 })
  const written = await costOf('anthropic/claude-sonnet-4-5', { input: 1_000, output: 100, cacheWrites: 1_000 })
  const forAnHour = { input: 1_000, output: 100, cacheWrites: 1_000, hourCacheWrites: 400 }
  expect([plain, cached, written]).toEqual([0.0045, 0.0018, 0.00525])
  expect(await costOf('anthropic/claude-sonnet-4-5', forAnHour)).toBe(0.006_15)
})

test('the worst case of a call is never below what it can cost', async () => {
  for (const model of ['anthropic/claude-sonnet-4-5', 'openai/gpt-5', 'google/gemini-2.5-pro'])
    for (const input of [0, 10, 250_000]) {
      const worst = (await worstCost(model, { input, output: 500 }))!
      for (const more of [
        {},
        { cachedInput: input },
        { cacheWrites: input },
        { cacheWrites: input, hourCacheWrites: input },
      ])
        expect(worst).toBeGreaterThanOrEqual((await costOf(model, { input, output: 500, ...more }))!)
    }
})

test('the price that a run gives counts, and comes before the library’s', async () => {
  expect(await costOf('openai-compatible/house', { input: 1_000_000, output: 1_000_000 }, own)).toBe(12)
  expect(await costOf('openai-compatible/house', { input: 1_000_000, output: 0, cachedInput: 500_000 }, own)).toBe(1.25)
  expect(await worstCost('openai-compatible/house', { input: 1_000_000, output: 0 }, own)).toBe(2)
  const dear = { 'openai/gpt-5': { inputPerMillion: 1, outputPerMillion: 1, cachedInputPerMillion: 5 } }
  expect(await costOf('openai/gpt-5', { input: 100, output: 0, cachedInput: 100 }, dear)).toBe(0.000_5)
  expect(await worstCost('openai/gpt-5', { input: 100, output: 0 }, dear)).toBe(0.000_5)
  const free = { 'openai/gpt-5': { inputPerMillion: 0, outputPerMillion: 0 } }
  expect(await costOf('openai/gpt-5', { input: 1_000, output: 1_000 }, free)).toBe(0)
})

test.each([
  'openai/no-such-model',
  'openai-compatible/gpt-5',
  'ollama/llama3',
  'scripted/answers.jsonl',
  'openai-compatible/constructor',
])('what nobody knows is not taken for nothing: %s', async (model) => {
  expect(await costOf(model, { input: 10, output: 10 })).toBeUndefined()
  expect(await worstCost(model, { input: 10, output: 10 })).toBeUndefined()
  expect(await isPriced(model)).toBe(false)
  expect(await contextWindow(model)).toBeUndefined()
})

test('the window of a model is known where the library has it', async () => {
  expect(await contextWindow('openai/gpt-5')).toBe(400_000)
  expect(await contextWindow('anthropic/claude-sonnet-4-5')).toBe(200_000)
})
