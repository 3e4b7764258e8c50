// HOST. From a checked plan to a run: workers first, so that nothing waits for them, then the start.
import type { Team } from '../../agents/team'
import type { StartOptions } from '../../client'
import type { Run } from '../../client/run'
import type { Troupe } from '../../connect'
import type { CheckedPlan } from '../../contract/schema/check-plan'
import { hostManifest, surviveStrayErrors } from './host'
import { listenForInterrupts, type Interrupts } from './interrupts'
import { checkModels, type ModelOptions } from './model-options'
import { openTroupe } from './open'
import { recordRun } from './recording'

export interface RunToStart {
  /** Checked again right before the start: deadlines count from there, and a server may take minutes to come. */
  check(): CheckedPlan
  teams: readonly Team[]
  /** Teams whose agents are served if the plan has them. */
  onDemand?: readonly Team[]
  models?: ModelOptions
  id?: string
  /** What else is said of it. */
  settings?: Pick<StartOptions, 'open' | 'maxSubtasks' | 'planFile'>
  /** Whether this process lends its slots. */
  hosts: boolean
}

export interface Started {
  troupe: Troupe
  run: Run
  interrupts: Interrupts
  /** To be called when the run has ended, however. */
  ended(): Promise<void>
  failed?: Promise<never>
}

/** Starts a run, hands it to `work`, and ends this process's part in it afterwards. */
export async function withStartedRun<Value>(
  { check, teams, onDemand = [], models = {}, id, settings = {}, hosts }: RunToStart,
  work: (started: Started) => Promise<Value>,
): Promise<Value> {
  const interrupts = listenForInterrupts()
  // What can be refused without a server is, before one is looked for
  const checked = check()
  if (id !== undefined) (await import('../../client/launch.js')).checkRunId(id)
  const chosen = await checkModels(models, checked, hosts)
  const troupe = await openTroupe()
  try {
    if (hosts) surviveStrayErrors()
    const { agents } = checked.spec.team
    const worker = hosts ? await hostManifest(troupe, agents, { teams, onDemand, allowCommands: true }) : undefined
    interrupts.hold()
    const { plan, spec: fresh } = check()
    const { team, inputs } = fresh
    const run = await troupe.start(plan, { team, inputs, ...chosen, ...settings, ...(id === undefined ? {} : { id }) })
    const ended = async (): Promise<void> => {
      if (models.record !== undefined) await recordRun(run, models.record)
    }
    return await work({ troupe, run, interrupts, ended, ...(worker ? { failed: worker.failed } : {}) })
  } finally {
    await troupe.close()
  }
}
