// PURE. What a call wants whose model is told what is left of its budgets: the telling is input, and paid for.
import type { BudgetLevel } from '../budget'
import { utf8Bytes } from '../json'
import type { Demand } from './admission'
import { ownerText } from './budget-texts'

/** Tokens of the words around it, as `withinBudget` has them. */
const AROUND_TOKENS = 40
/** Of what is left at one level: four numbers with their units, at most. */
const NUMBERS_TOKENS = 30
/** Ids are words and numbers: no tokenizer in use has fewer bytes a token there. */
const NAME_BYTES_PER_TOKEN = 2

export function toldDemand(demand: Demand, levels: readonly BudgetLevel[]): Demand {
  const { input, price } = demand
  const told = levels.reduce((sum, level) => sum + levelTokens(level), AROUND_TOKENS)
  // Each token of the input costs the same at most: the dearest rate was taken
  const priced = price && input > 0 ? { price: { ...price, input: price.input * (1 + told / input) } } : {}
  return { ...demand, input: input + told, ...priced }
}

function levelTokens(level: BudgetLevel): number {
  return NUMBERS_TOKENS + Math.ceil(utf8Bytes(ownerText(level)) / NAME_BYTES_PER_TOKEN)
}
