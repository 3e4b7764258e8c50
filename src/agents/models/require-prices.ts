// HOST. Whether the money of a run can be limited: not where nobody knows what a model costs.
import type { AgentManifest } from '../../contract/agent'
import { TroupeError } from '../../contract/errors'
import { firstOf } from '../../contract/json'
import { DEFAULT_MODEL } from '../../contract/model-id'
import { PRICE_HINT } from '../../contract/run/budget-texts'
import type { CheckedPlan } from '../../contract/schema/check-plan'
import { isPriced } from './prices'

/** Models that the refusal names. */
const NAMED = 5

/**
 * `ofRun` is the model of agents that name none, where it is known. What a function asks for by name is known at its call only,
 * which is refused then.
 *
 * @throws TroupeError `PriceUnknown` naming the models
 */
export async function requirePrices(
  { spec, nodes }: Pick<CheckedPlan, 'spec' | 'nodes'>,
  ofRun = spec.model,
): Promise<void> {
  const { agents } = spec.team
  const used = (budgeted: boolean): AgentManifest[] => {
    const places = nodes.flatMap((node) => (budgeted || node.budget?.usd !== undefined ? placesOf(node) : []))
    return [...new Set(places)].map((place) => agents[place]!)
  }
  const limited = spec.budget?.usd !== undefined
  const concerned = [...used(limited), ...agents.filter(({ budget }) => budget?.usd !== undefined)]
  const named = concerned.flatMap(({ model }) => (model === DEFAULT_MODEL ? (ofRun ?? []) : (model ?? [])))
  const models = [...new Set([...named, ...(limited && ofRun !== undefined ? [ofRun] : [])])]
  const unknown: string[] = []
  for (const model of models) if (!(await isPriced(model, spec.prices))) unknown.push(model)
  if (unknown.length === 0) return
  const message = `a budget limits money, and nobody knows what ${firstOf(unknown, NAMED, (model) => `"${model}"`)} costs`
  throw new TroupeError('PriceUnknown', message, { hint: PRICE_HINT })
}

function placesOf({ agents, fallback }: { agents: readonly number[]; fallback?: number }): number[] {
  return fallback === undefined ? [...agents] : [...agents, fallback]
}
