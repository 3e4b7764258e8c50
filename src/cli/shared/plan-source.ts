// HOST. A plan with its team and inputs, as the command line names them; checked without any server.
import { resolve } from 'node:path'
import { loadTeam } from '../../agents/load-team'
import { teamManifest, type Team } from '../../agents/team'
import { asTroupeError, TroupeError } from '../../contract/errors'
import type { CheckedPlan } from '../../contract/schema/check-plan'
import { checkPlanFile } from '../../plan-file/check-plan-file'
import type { PlanFile } from '../../plan-file/plan-file'
import { readPlanFile } from '../../plan-file/read-plan-file'
import { given } from './given'
import { jsonArgument } from './json-argument'

export interface PlanSource {
  /** The teams whose agents' code is at hand: none or one. */
  teams: Team[]
  /** Absolute path of the plan's file; none for standard input. */
  file?: string
  /**
   * The plan under all rules; deadlines like `+10m` count from the moment of the call.
   *
   * @throws TroupeError `InvalidPlan` with every problem and its place in the file
   */
  check(): CheckedPlan
}

export interface PlanOptions {
  team?: string
  input?: string
  /** True where inputs that are not given are no mistake. */
  inputsMayBeMissing?: boolean
  /** As for the run. */
  maxSubtasks?: number
}

/** @throws TroupeError `InvalidUsage`, `InvalidTeam`, or `InvalidPlan` if the file is no YAML or JSON */
export async function openPlan(path: string, options: PlanOptions): Promise<PlanSource> {
  const inputs = await jsonArgument('--input', options.input)
  const file = await readPlanFile(path)
  const team = await teamOf(file, options.team)
  const checkInputs = inputs !== undefined || options.inputsMayBeMissing !== true
  const manifest = team && teamManifest(team)
  return {
    teams: team ? [team] : [],
    ...(path === '-' ? {} : { file: resolve(path) }),
    check: () =>
      checkPlanFile(file, {
        ...(manifest ? { team: manifest } : {}),
        inputs,
        checkInputs,
        ...given({ maxSubtasks: options.maxSubtasks }),
        now: Date.now(),
      }).checked,
  }
}

/** The caller's word counts before the file's. */
export async function teamOf(file: PlanFile, path: string | undefined): Promise<Team | undefined> {
  if (path !== undefined) return loadTeam(path)
  if (file.team === undefined) return undefined
  try {
    return await loadTeam(file.team)
  } catch (error) {
    const known = asTroupeError(error)
    if (!known) throw error
    const { line, column } = file.locate('team')
    const { code, message, hint } = known
    throw new TroupeError(code, `${file.file}:${line}:${column}: team: ${message}`, { hint, cause: error })
  }
}
