// TEAM. What each agent has cost: executions, tokens as the providers counted them, and calls of which nobody knows.
import type { AgentResult } from '../../contract/run'

export interface AgentShare {
  agent: string
  executions: number
  tokensUsed: number
  unconfirmedCalls: number
}

/** In the order in which the agents first appear; those that never ran are left out. */
export function sharesOf(results: readonly AgentResult[]): AgentShare[] {
  const shares = new Map<string, AgentShare>()
  for (const { agent, tokensUsed, unconfirmedCalls = 0 } of results) {
    if (agent === undefined) continue
    const share = shares.get(agent) ?? { agent, executions: 0, tokensUsed: 0, unconfirmedCalls: 0 }
    shares.set(agent, {
      agent,
      executions: share.executions + 1,
      tokensUsed: share.tokensUsed + tokensUsed,
      unconfirmedCalls: share.unconfirmedCalls + unconfirmedCalls,
    })
  }
  return [...shares.values()]
}
