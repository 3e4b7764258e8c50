// TEAM. What each agent has cost: executions, tokens as the providers counted them, and calls of which nobody knows.
import { sumOfCosts, type Cost } from '../../contract/prices'
import type { AgentResult } from '../../contract/run'

export interface AgentShare {
  agent: string
  executions: number
  tokensUsed: number
  /** In US dollars; absent if it called no model. */
  cost?: Cost
  unconfirmedCalls: number
}

/** In the order in which the agents first appear; those that never ran are left out. */
export function sharesOf(results: readonly AgentResult[]): AgentShare[] {
  const shares = new Map<string, AgentShare>()
  for (const { agent, tokensUsed, cost, unconfirmedCalls = 0 } of results) {
    if (agent === undefined) continue
    const share: AgentShare = shares.get(agent) ?? { agent, executions: 0, tokensUsed: 0, unconfirmedCalls: 0 }
    const costs = sumOfCosts([share.cost, cost])
    shares.set(agent, {
      agent,
      executions: share.executions + 1,
      tokensUsed: share.tokensUsed + tokensUsed,
      ...(costs === undefined ? {} : { cost: costs }),
      unconfirmedCalls: share.unconfirmedCalls + unconfirmedCalls,
    })
  }
  return [...shares.values()]
}
