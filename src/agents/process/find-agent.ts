// HOST. Finds an agent by its name among what a module exports: agents, teams, or both; by default or by name. Told by
// their shapes, since the module may have another copy of this package.
import { isObject } from '../../contract/json'
import { choicesHint } from '../../contract/nearest'
import { TroupeError } from '../../contract/errors'
import type { BaseAgentService } from '../base-agent-service'
import { isAgent } from '../team'

/** @throws InvalidTeam if the module has no agent of that name */
export function findAgent(exports: Record<string, unknown>, name: string, path: string): BaseAgentService {
  const agents = exportedAgents(exports)
  const found = agents.find((agent) => agent.name === name)
  if (found) return found
  const names = [...new Set(agents.map((agent) => agent.name))]
  throw new TroupeError('InvalidTeam', `the module ${path} exports no agent "${name}"`, {
    hint: choicesHint(name, names, 'agents in the module'),
  })
}

function exportedAgents(exports: Record<string, unknown>): BaseAgentService[] {
  // What a CommonJS module exports is the default export of its namespace.
  const inner = isObject(exports.default) ? Object.values(exports.default) : []
  return [exports.default, ...Object.values(exports), ...inner].flatMap((value) => {
    if (isAgent(value)) return [value]
    return isObject(value) && Array.isArray(value.agents) ? value.agents.filter(isAgent) : []
  })
}
