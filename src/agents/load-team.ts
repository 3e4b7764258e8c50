// HOST. The team that a file exports, ready to be served: it knows its module, and its commands their directory.
import { dirname, resolve } from 'node:path'
import { TroupeError } from '../contract/errors'
import { isObject } from '../contract/json'
import { loadModule } from './process/load-module'
import { defineTeam, isAgent, type Team } from './team'

/**
 * Loads a team from a .ts, .js, .mjs or .cjs module that exports it, by default or as its only one by name.
 *
 * @example
 * const team = await loadTeam('./team.ts')
 * @throws TroupeError `InvalidTeam` if there is no such file, it cannot be loaded, or which team is meant is not clear
 */
export async function loadTeam(path: string): Promise<Team> {
  const module = resolve(path)
  const exports = await loadModule(module)
  const found = chooseTeam(exports, module)
  for (const agent of found.agents) placeCommand(agent, dirname(module))
  return { ...defineTeam(found), module: found.module ?? module }
}

/** The default export where it is a team: what a CommonJS module exports is the default export of its namespace. */
function chooseTeam(exports: Record<string, unknown>, module: string): Team {
  if (isTeam(exports.default)) return exports.default
  const named = [exports, isObject(exports.default) ? exports.default : {}].flatMap(Object.entries)
  const teams = new Map<Team, string>()
  for (const [name, value] of named) if (isTeam(value) && !teams.has(value)) teams.set(value, name)
  const [only] = teams.keys()
  if (only && teams.size === 1) return only
  const names = [...teams.values()].join(', ')
  if (teams.size > 1)
    throw new TroupeError('InvalidTeam', `${module} exports ${teams.size} teams: ${names}`, {
      hint: 'export the one that is meant by default',
    })
  const others = [...new Set(named.map(([name]) => name))].filter((name) => name !== 'module.exports').join(', ')
  throw new TroupeError('InvalidTeam', `${module} exports no team; it exports: ${others || 'nothing'}`, {
    hint: 'export default defineTeam({ name, agents })',
  })
}

/** By shape, since the file may load another copy of this package. */
function isTeam(value: unknown): value is Team {
  return isObject(value) && typeof value.name === 'string' && Array.isArray(value.agents) && value.agents.some(isAgent)
}

/** A command whose author named neither directory nor module was given this process's: the team file's is meant. */
function placeCommand(agent: unknown, directory: string): void {
  const { placed, definition } = agent as { placed?: boolean; definition?: { cwd?: string } }
  if (placed === false && isObject(definition)) definition.cwd = directory
}
