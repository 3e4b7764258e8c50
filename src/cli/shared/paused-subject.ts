// HOST. What `troupe pause` and `troupe resume` are about: a run, or an agent over all runs of its team.
import { basename } from 'node:path'
import type { Command } from 'commander'
import { loadTeam } from '../../agents/load-team'
import { TroupeError } from '../../contract/errors'
import { choicesHint } from '../../contract/nearest'
import { dataCommand, notEmpty, type OutputOption } from './options'

export interface SubjectOptions extends OutputOption {
  agent?: string
  team?: string
}

export type PausedSubject = { run: string } | { agent: string; team: string }

export function subjectCommand(name: string, description: string, example: string): Command {
  return dataCommand(name, description, example)
    .argument('[run]', 'the run')
    .option('--agent <name>', 'instead of a run: this agent, over all runs of its team', notEmpty)
    .option('--team <team>', "the agent's team: its name, or the module that exports it", notEmpty)
}

/** @throws TroupeError `InvalidUsage` unless exactly one thing is named; `InvalidTeam`; `InvalidInput` for an agent that the module's team lacks */
export async function pausedSubject(run: string | undefined, { agent, team }: SubjectOptions): Promise<PausedSubject> {
  if (run !== undefined && agent === undefined && team === undefined) return { run }
  if (run === undefined && agent !== undefined && team !== undefined)
    return { agent, team: await teamName(team, agent) }
  const message =
    run === undefined ? 'it is not said what: a run, or --agent with --team' : 'a run, or --agent with --team, not both'
  throw new TroupeError('InvalidUsage', message, {
    hint: 'troupe list shows the runs, and troupe status a run its team',
  })
}

/** Names have neither dots nor slashes, and paths of modules always do. */
async function teamName(team: string, agent: string): Promise<string> {
  if (!/[./\\]/.test(team)) return team
  const { name, agents } = await loadTeam(team)
  const names = agents.map((one) => one.name)
  if (names.includes(agent)) return name
  const message = `the team "${name}" of ${basename(team)} has no agent "${agent}"`
  throw new TroupeError('InvalidInput', message, { hint: choicesHint(agent, names, 'its agents') })
}

/** How far a pause, or its end, has come. */
export function toldRuns(told: number | undefined): string {
  if (told === undefined) return 'its open runs are being told'
  return told === 1 ? '1 open run was told' : `${told} open runs were told`
}
