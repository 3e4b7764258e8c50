// EFFECTS. All activities of Troupe, over what their host gives them.
import { createCheckChange } from './check-change'
import { createCloseRun } from './close-run'
import type { ActivityDependencies } from './dependencies'
import { createEvaluateSubtask } from './evaluate-subtask'
import { createKeepOutput } from './keep-output'
import { Outputs } from './outputs'
import { createPreparePlan } from './prepare-plan'
import { createReact } from './react'
import { createRunAgent } from './run-agent'
import { createSealEvents } from './seal-events'
import { Specs } from './specs'
import { createSpreadPauses } from './spread-pauses'

export function createActivities(deps: ActivityDependencies) {
  const specs = new Specs(deps.store)
  const outputs = new Outputs(deps)
  return {
    preparePlan: createPreparePlan(deps),
    evaluateSubtask: createEvaluateSubtask(deps, specs, outputs),
    runAgent: createRunAgent(deps, specs, outputs),
    keepOutput: createKeepOutput(deps),
    checkChange: createCheckChange(deps, specs),
    react: createReact(deps, specs),
    sealEvents: createSealEvents(deps),
    closeRun: createCloseRun(deps, outputs),
    spreadPauses: createSpreadPauses(deps),
  }
}
