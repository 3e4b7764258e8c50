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

const BILLIONTHS = 1e9

/** So that sums are exact, whatever order they are made in. */
export function wholeBillionths(usd: number): number {
  return Math.round(usd * BILLIONTHS)
}

export function usdOf(billionths: number): number {
  return billionths / BILLIONTHS
}
