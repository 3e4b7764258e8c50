// PURE. The shapes of budgets and prices as zod schemas.
import { z } from 'zod'
import { BUDGET_KEYS, MAX_USD, ON_BUDGET, type Budget, type OnBudget } from '../budget'
import type { Prices } from '../prices'

/** So many models one run does not ask. */
const MAX_PRICES = 200

const count = z.int().min(1)

export const budgetSchema = z
  .strictObject({
    usd: z.number().positive().max(MAX_USD).optional(),
    tokens: count.optional(),
    calls: count.optional(),
    wallMs: count.optional(),
  })
  .refine(
    (budget) => BUDGET_KEYS.some((key) => budget[key] !== undefined),
    `a budget limits at least one of ${BUDGET_KEYS.join(', ')}`,
  ) satisfies z.ZodType<Budget>

export const onBudgetSchema = z.enum(ON_BUDGET) satisfies z.ZodType<OnBudget>

const perMillion = z.number().nonnegative().max(MAX_USD)

export const pricesSchema = z
  .record(
    z.string().regex(/^[^/]+\/./, 'a price is that of a model, <provider>/<model>'),
    z.strictObject({
      inputPerMillion: perMillion,
      outputPerMillion: perMillion,
      cachedInputPerMillion: perMillion.optional(),
    }),
  )
  .refine(
    (prices) => Object.keys(prices).length <= MAX_PRICES,
    `at most ${MAX_PRICES} prices are taken`,
  ) satisfies z.ZodType<Prices>
