// HOST. A plan file's plan under all rules, with the place in the file before each problem.
import type { TeamManifest } from '../contract/agent'
import { checkPlan, type CheckedPlan } from '../contract/schema/check-plan'
import { definitionHash } from '../definition-hash'
import type { PlanFile } from './plan-file'
import { refusal } from './refusals'

export interface CheckPlanFileOptions {
  /** Manifest of the team that the file or the caller names. */
  team?: TeamManifest
  inputs?: unknown
  /** False to leave the inputs unchecked, where they are not known yet. */
  checkInputs?: boolean
  /** As for the run; 100,000 unless given. */
  maxSubtasks?: unknown
  /** Milliseconds since the epoch: relative deadlines count from here. */
  now: number
}

/**
 * Checks a plan file. No server is needed.
 *
 * @throws TroupeError `InvalidPlan`; its message has a line `FILE:LINE:COLUMN: path (subtask "id"): message; hint`
 * for each of its `problems`
 */
export function checkPlanFile(file: PlanFile, options: CheckPlanFileOptions): { checked: CheckedPlan } {
  const { checked, problems } = checkPlan(file.plan, {
    ...options,
    baseDirectory: file.directory,
    hash: definitionHash,
    otherKeys: ['team'],
  })
  const all = [...file.problems, ...problems]
  if (checked && all.length === 0) return { checked }
  throw refusal(
    file.file,
    all.map((problem) => ({ problem, position: file.locate(problem.path) })),
  )
}
