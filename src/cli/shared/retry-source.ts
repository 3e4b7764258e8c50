// HOST. The plan and the code of a retry: the run's own plan, unless another is named; a plan file that was changed is refused.
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { loadTeam } from '../../agents/load-team'
import { teamManifest, type Team } from '../../agents/team'
import type { StartedWith } from '../../client/past-run'
import type { RetryOptions } from '../../client/retry-options'
import { asTroupeError, TroupeError } from '../../contract/errors'
import type { RunSpec } from '../../contract/messages'
import { planDifferences, teamForPlan } from '../../contract/run/repeated-plan'
import { troupeCommand } from '../../contract/run/waiting-commands'
import { checkPlanFile } from '../../plan-file/check-plan-file'
import type { PlanFile } from '../../plan-file/plan-file'
import { readPlanFile } from '../../plan-file/read-plan-file'
import { teamOf } from './plan-source'

/** Differences that a refusal names. */
const NAMED = 10

export interface RetrySource {
  options: Pick<RetryOptions, 'plan' | 'team' | 'planFile'>
  /** The teams whose agents' code is at hand: none or one. */
  teams: Team[]
  /** The plan stands in a file that whoever retries it has: they vouch for its commands. */
  isOwnPlan: boolean
}

interface Chosen {
  /** A plan file. */
  plan?: string
  /** A team's module. */
  team?: string
}

/** @throws TroupeError `RetryRefused` if the plan's file was changed; `InvalidPlan`, `InvalidTeam`, `InvalidUsage` */
export async function retrySource(runId: string, started: StartedWith, { plan, team }: Chosen): Promise<RetrySource> {
  if (plan !== undefined) return anotherPlan(plan, started.spec, team)
  const { spec, planFile } = started
  const file = planFile !== undefined && (await isThere(planFile)) ? await readPlanFile(planFile) : undefined
  if (file) refuseChanged(runId, file, spec)
  const chosen = team === undefined ? undefined : await loadTeam(team)
  const code = chosen ?? (file && (await teamOf(file, undefined)))
  return {
    options: chosen ? { team: teamManifest(chosen) } : {},
    teams: code ? [code] : [],
    isOwnPlan: file !== undefined,
  }
}

async function anotherPlan(path: string, spec: RunSpec, team: string | undefined): Promise<RetrySource> {
  const file = await readPlanFile(path)
  const code = await teamOf(file, team)
  const { checked } = checkPlanFile(file, {
    team: code ? teamManifest(code) : teamForPlan(spec),
    ...{ inputs: spec.inputs, maxSubtasks: spec.maxSubtasks, now: Date.now() },
  })
  const planFile = path === '-' ? {} : { planFile: resolve(path) }
  const options = { plan: checked.plan, team: checked.spec.team, ...planFile }
  return { options, teams: code ? [code] : [], isOwnPlan: true }
}

/** The plan that a person sees in the file is not the one that would be run. */
function refuseChanged(runId: string, file: PlanFile, spec: RunSpec): void {
  const differences = differencesOf(file, spec)
  if (differences.length === 0) return
  const named = differences.slice(0, NAMED).join(', ')
  const more = differences.length > NAMED ? `, and ${differences.length - NAMED} more` : ''
  throw new TroupeError(
    'RetryRefused',
    `${file.file} was changed since the run "${runId}" began with it: ${named}${more}`,
    {
      hint: `${troupeCommand('retry', [runId], ['--plan', file.file])} runs the plan as it stands there now, and takes over what did not change`,
    },
  )
}

function differencesOf(file: PlanFile, spec: RunSpec): string[] {
  try {
    const settings = { team: teamForPlan(spec), inputs: spec.inputs, maxSubtasks: spec.maxSubtasks, now: Date.now() }
    return planDifferences(spec, checkPlanFile(file, settings).checked.spec)
  } catch (error) {
    const problems = asTroupeError(error)?.problems ?? []
    if (problems.length === 0) throw error
    return [`it is not valid any more, in ${problems.length === 1 ? 'a place' : `${problems.length} places`}`]
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
