// EFFECTS. All activities of Troupe, over what their host gives them.
import { createCloseRun } from './close-run'
import type { ActivityDependencies } from './dependencies'
import { createPreparePlan } from './prepare-plan'
import { createRunAgent } from './run-agent'
import { createSealEvents } from './seal-events'
import { createSpreadPauses } from './spread-pauses'

export function createActivities(deps: ActivityDependencies) {
  return {
    preparePlan: createPreparePlan(deps),
    runAgent: createRunAgent(deps),
    sealEvents: createSealEvents(deps),
    closeRun: createCloseRun(deps),
    spreadPauses: createSpreadPauses(deps),
  }
}
