// HOST. Whether this process can do what it is about to take over of an open run: a model without its key, or tests without
// their sandbox, would end the run for good, where somebody else could have gone on with it.
import type { Team } from '../../agents/team'
import type { AgentManifest } from '../../contract/agent'
import { TroupeError } from '../../contract/errors'
import type { RunSpec } from '../../contract/messages'
import { DEFAULT_MODEL } from '../../contract/model-id'
import { checkOwnModel } from './model-options'

/**
 * Checks the models of all agents whose code is at hand here.
 *
 * @throws TroupeError `ModelNotConfigured`, `InvalidUsage`: before anything is served
 */
export async function checkHosting(spec: RunSpec, teams: readonly Team[]): Promise<void> {
  const ofRun = spec.model ?? DEFAULT_MODEL
  const asked = new Set<string>()
  for (const agent of spec.team.agents.filter((one) => isAtHand(one, teams))) {
    const model = agent.model === DEFAULT_MODEL ? ofRun : agent.model
    const question = JSON.stringify([model, agent.inline])
    if (model === undefined || asked.has(question)) continue
    asked.add(question)
    await checkOwnModel({ ...agent, model }).catch((error: unknown) => {
      throw explained(error)
    })
  }
}

function isAtHand({ taskQueue, inline }: AgentManifest, teams: readonly Team[]): boolean {
  if (inline?.kind === 'model') return true
  const team = inline?.kind === 'use' ? inline.team : taskQueue.split('.')[1]
  return teams.some(({ name }) => name === team)
}

function explained(error: unknown): unknown {
  if (!(error instanceof TroupeError)) return error
  const { code, message, hint } = error
  return new TroupeError(code, `this process cannot go on with the run: ${message}`, {
    hint: `${hint === undefined ? '' : `${hint}; `}troupe watch looks on without taking part`,
    cause: error,
  })
}
