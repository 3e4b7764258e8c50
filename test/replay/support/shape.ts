// What a shape of run is that is recorded, and what recording one takes.
import type { Client } from '@temporalio/client'
import type { Plan, Run, Troupe } from '../../../src/index'
import { recordedTeam as team } from './recorded-team'

/** Who says everything that is said. */
export const by = 'recorder'

export interface Shape {
  name: string
  /** A piece of the bundled code, and what takes its place: a workflow that does this shape otherwise. */
  planted: readonly [string, string]
  /** History events after which the run continues as new. */
  continueAfterEvents?: number
  /** Leaves workflows that have ended, and tells their ids. `temporal` is a plain client. */
  record(troupe: Troupe, temporal: Client): Promise<string[]>
}

export function start(
  troupe: Troupe,
  subtasks: Plan['subtasks'],
  plan: Partial<Plan> = {},
  open = false,
): Promise<Run> {
  return troupe.start(
    { name: 'recorded', ...plan, subtasks },
    { team, inputs: { yes: true, list: [1, 2, 3], none: [] }, open },
  )
}

/** Until the log has an event, of a subtask if one is named, so many times. */
export async function until(run: Run, type: string, subtask?: string, times = 1): Promise<void> {
  let seen = 0
  for await (const { payload } of run.events({ type }))
    if ((subtask === undefined || (payload as { subtask?: string }).subtask === subtask) && ++seen === times) return
  throw new Error(`the run ended without ${type} ${subtask ?? ''}`)
}

export async function ended(run: Run): Promise<string[]> {
  await run.outcome()
  return [run.id]
}

export const echo = (id: string, ...dependsOn: string[]) => ({ id, agentType: 'echo', dependsOn })
