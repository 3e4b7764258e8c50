// HOST. What a model's tokens cost, and how long its window is: as the run says, else as the price library knows. What neither
// knows is undefined, never 0. The library is loaded at the first question: it takes 70 ms.
import type * as Library from '@pydantic/genai-prices'
import type { ModelTokens } from '../../contract/model-answer'
import { usdOf, wholeBillionths, type Prices, type TokenPrice } from '../../contract/prices'

type Usage = Parameters<typeof Library.calcPrice>[0]

/** Providers that the library knows by these names. It would take `openai-compatible` for OpenAI. */
const KNOWN_PROVIDERS: Partial<Record<string, string>> = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'google',
}
const MILLION = 1_000_000

/** What a call of so many tokens costs at most, in US dollars; undefined if nobody knows the model's price. */
export async function worstCost(
  model: string,
  { input, output }: Pick<ModelTokens, 'input' | 'output'>,
  prices: Prices = {},
): Promise<number | undefined> {
  const own = priceIn(prices, model)
  // What it has in its cache may cost more than what it has not
  if (own) return Math.max(ownCost(own, { input, output }), ownCost(own, { input, output, cachedInput: input }))
  // Writing to a provider's cache may cost more than reading without one
  const written = [{}, { cache_write_tokens: input }, { cache_write_tokens: input, cache_write_1h_tokens: input }]
  const costs = await Promise.all(written.map((more) => libraryCost(model, { ...usage(input, output), ...more })))
  const known = costs.filter((cost) => cost !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}

/** What an answer has cost, in US dollars, to the billionth; undefined if nobody knows the model's price. */
export async function costOf(model: string, tokens: ModelTokens, prices: Prices = {}): Promise<number | undefined> {
  const own = priceIn(prices, model)
  if (own) return ownCost(own, tokens)
  const { input, output, cachedInput = 0, cacheWrites = 0, hourCacheWrites = 0 } = tokens
  const cached = Math.min(cachedInput, input)
  const written = Math.min(cacheWrites, input - cached)
  return libraryCost(model, {
    ...usage(input, output),
    ...(cached > 0 ? { cache_read_tokens: cached } : {}),
    ...(written > 0 ? { cache_write_tokens: written } : {}),
    ...(hourCacheWrites > 0 ? { cache_write_1h_tokens: Math.min(hourCacheWrites, written) } : {}),
  })
}

/** Whether a model's calls can be held to an amount of money. */
export async function isPriced(model: string, prices: Prices = {}): Promise<boolean> {
  return (await costOf(model, { input: 1, output: 1 }, prices)) !== undefined
}

/** Tokens that the model reads and writes at most in one call; undefined if nobody knows. */
export async function contextWindow(model: string): Promise<number | undefined> {
  const found = await lookUp(model, usage(1, 1))
  return found?.model.context_window
}

function priceIn(prices: Prices, model: string): TokenPrice | undefined {
  return Object.hasOwn(prices, model) ? prices[model] : undefined
}

function ownCost(price: TokenPrice, { input, output, cachedInput = 0 }: ModelTokens): number {
  const { inputPerMillion, outputPerMillion, cachedInputPerMillion = inputPerMillion } = price
  const cached = Math.min(cachedInput, input)
  const sum = (input - cached) * inputPerMillion + cached * cachedInputPerMillion + output * outputPerMillion
  return exact(sum / MILLION)
}

async function libraryCost(model: string, of: Usage): Promise<number | undefined> {
  const found = await lookUp(model, of)
  return found ? exact(found.total_price) : undefined
}

async function lookUp(model: string, of: Usage): Promise<ReturnType<typeof Library.calcPrice>> {
  const slash = model.indexOf('/')
  const providerId = KNOWN_PROVIDERS[model.slice(0, slash)]
  if (providerId === undefined) return null
  const { calcPrice } = await import('@pydantic/genai-prices')
  return calcPrice(of, model.slice(slash + 1), { providerId })
}

function usage(input: number, output: number): Usage {
  return { input_tokens: input, output_tokens: output }
}

function exact(usd: number): number {
  return usdOf(wholeBillionths(usd))
}
