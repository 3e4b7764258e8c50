// HOST. A plan that a command has made itself, under all rules. Its deadlines count from the moment of the call.
import type { TeamManifest } from '../../contract/agent'
import type { JsonObject } from '../../contract/json'
import type { Plan } from '../../contract/plan'
import { checkPlan, invalidPlan, type CheckedPlan } from '../../contract/schema/check-plan'
import { definitionHash } from '../../definition-hash'

/** @throws TroupeError `InvalidPlan` with every problem */
export function checkMadePlan(plan: Plan, given: { team?: TeamManifest; inputs?: JsonObject }): CheckedPlan {
  const surroundings = { now: Date.now(), baseDirectory: process.cwd(), hash: definitionHash }
  const { checked, problems } = checkPlan(plan, { ...given, ...surroundings })
  if (checked) return checked
  throw invalidPlan(plan.name, problems)
}
