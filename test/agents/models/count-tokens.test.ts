// Tokens as a tokenizer counts them, in a bounded time, and what is refused with its count.
import { countTokens as reference } from 'gpt-tokenizer/encoding/o200k_base'
import { countTokens, requireTokens } from '../../../src/agents/models/count-tokens'

it.each([
  ['nothing', '', 0],
  ['a word', 'hello', 1],
  ['a sentence', 'Troupe runs teams of agents as durable workflows.', 10],
  ['digits, three at a time', '1234567', 3],
  ['what looks like a control token', '<|endoftext|>', 7],
])('%s', async (_what, text, tokens) => {
  expect(await countTokens(text)).toBe(tokens)
})

it('is the tokenizer’s own count for any text with borders between words', async () => {
  const text = Array.from({ length: 5_000 }, (_, place) => `const name${place} = "größe ${place}"; // 値段\n`).join('')
  expect(await countTokens(text)).toBe(reference(text))
})

it('counts what has no border in a bounded time, and hardly more than there are', async () => {
  const letters = 'ab'.repeat(10_000)
  const counted = await countTokens(letters)
  expect(counted).toBeGreaterThanOrEqual(reference(letters))
  expect(counted).toBeLessThanOrEqual(reference(letters) + 10)
  const began = Date.now()
  expect(await countTokens('x'.repeat(1_000_000))).toBeGreaterThan(100_000)
  expect(await countTokens(' '.repeat(1_000_000))).toBeGreaterThan(1_000)
  expect(Date.now() - began).toBeLessThan(30_000)
})

it('refuses with both numbers', () => {
  const limit = { limit: 1_000, hint: 'split it' }
  expect(() => requireTokens('the module "a"', { tokens: 1_000, ...limit })).not.toThrow()
  expect(() => requireTokens('the module "a"', { tokens: 1_001, ...limit })).toThrow(
    expect.objectContaining({
      ...{ code: 'TooManyTokens', retryable: false, hint: 'split it' },
      message: 'the module "a" has 1,001 tokens, at most 1,000 fit',
    }),
  )
})
