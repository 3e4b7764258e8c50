// HOST. From a checked plan to a run: workers first, so that nothing waits for them, then the start.
import type { Team } from '../../agents/team'
import type { Run } from '../../client/run'
import type { Troupe } from '../../connect'
import type { CheckedPlan } from '../../contract/schema/check-plan'
import { hostManifest, surviveStrayErrors } from './host'
import { listenForInterrupts, type Interrupts } from './interrupts'
import { openTroupe } from './open'

export interface RunToStart {
  /** Checked again right before the start: deadlines count from there, and a server may take minutes to come. */
  check(): CheckedPlan
  teams: readonly Team[]
  id?: string
  /** Whether this process lends its slots. */
  hosts: boolean
}

export interface Started {
  troupe: Troupe
  run: Run
  interrupts: Interrupts
  failed?: Promise<never>
}

/** Starts a run, hands it to `work`, and ends this process's part in it afterwards. */
export async function withStartedRun<Value>(
  { check, teams, id, hosts }: RunToStart,
  work: (started: Started) => Promise<Value>,
): Promise<Value> {
  const interrupts = listenForInterrupts()
  // What can be refused without a server is, before one is looked for
  const { spec } = check()
  if (id !== undefined) (await import('../../client.js')).checkRunId(id)
  const troupe = await openTroupe()
  try {
    if (hosts) surviveStrayErrors()
    const worker = hosts ? await hostManifest(troupe, spec.team.agents, { teams, allowCommands: true }) : undefined
    interrupts.hold()
    const { plan, spec: fresh } = check()
    const { team, inputs } = fresh
    const run = await troupe.start(plan, { team, inputs, ...(id === undefined ? {} : { id }) })
    return await work({ troupe, run, interrupts, ...(worker ? { failed: worker.failed } : {}) })
  } finally {
    await troupe.close()
  }
}
