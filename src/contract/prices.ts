// PURE. What tokens of a model cost, as somebody says it, and money as it is counted: in whole billionths of a US dollar.

/** US dollars for a million tokens. */
export interface TokenPrice {
  inputPerMillion: number
  outputPerMillion: number
  /** Input that the provider had in its cache; as other input unless given. */
  cachedInputPerMillion?: number
}

/** By model, `<provider>/<model>`: they count before those that the library knows. */
export type Prices = Record<string, TokenPrice>

/** US dollars; `unknown` as soon as the price of one model is: never 0 for what nobody knows. */
export type Cost = number | 'unknown'

const BILLIONTHS = 1e9

/** So that sums are exact, whatever order they are made in. */
export function wholeBillionths(usd: number): number {
  return Math.round(usd * BILLIONTHS)
}

export function usdOf(billionths: number): number {
  return billionths / BILLIONTHS
}

/** Of several: unknown if one of them is; undefined where no model was called. */
export function sumOfCosts(costs: Iterable<Cost | undefined>): Cost | undefined {
  let sum: number | undefined
  for (const cost of costs) {
    if (cost === 'unknown') return cost
    if (cost !== undefined) sum = (sum ?? 0) + wholeBillionths(cost)
  }
  return sum === undefined ? undefined : usdOf(sum)
}
