// TEAM. The code team: five agents with a model, four without.
import { defineTeam, type Team } from '../agents/team'
import { architectAgent } from './agents/architect-agent'
import { coderAgent } from './agents/coder-agent'
import { reviewerAgent } from './agents/reviewer-agent'
import { specAgent } from './agents/spec-agent'
import { testAgent } from './agents/test-agent'
import { checkAgent } from './check/check-agent'
import type { SandboxLeave } from './check/sandbox-choice'
import { gateAgent } from './gate'
import { modeAgent } from './mode/mode-agent'
import { roundsAgent } from './rounds/rounds-agent'

export const CODE_TEAM = 'code'

export type CodeTeamOptions = SandboxLeave

/** The team for `codePlan`'s plans. What may run without a sandbox is this process's own decision, and no run's. */
export function codeTeam(options: CodeTeamOptions = {}): Team {
  const writers = [specAgent, architectAgent, coderAgent, testAgent, reviewerAgent]
  return defineTeam({ name: CODE_TEAM, agents: [...writers, checkAgent(options), modeAgent, roundsAgent, gateAgent] })
}
