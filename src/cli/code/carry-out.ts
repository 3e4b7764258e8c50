// HOST. `troupe code` and `troupe demo` from the checked order to the delivery.
import type { RunOutcome } from '../../client/outcome'
import { attend } from '../shared/attend'
import type { ExitCode } from '../shared/exit-codes'
import { leaveRunning } from '../shared/leave-running'
import type { ModelOptions } from '../shared/model-options'
import type { OutputFormat } from '../shared/output'
import { withStartedRun } from '../shared/start-run'
import { conclude, type Wanted } from './conclude'
import { deliveryOf } from './deliver'
import { prepareCode, type CodeOrder } from './prepare'
import { codeTeamHere } from './team'

export interface CodeSettings {
  models: ModelOptions
  output: OutputFormat
  detach: boolean
  allowUnsandboxed: boolean
  wanted: Wanted
  /** Nothing will run but what came with this package. */
  isDemo: boolean
}

export async function carryOut(
  order: CodeOrder,
  { models, output, detach, allowUnsandboxed, wanted, isDemo }: CodeSettings,
): Promise<ExitCode> {
  const team = codeTeamHere(allowUnsandboxed)
  const needsSandbox = !detach && !allowUnsandboxed && !isDemo
  const { id, check } = await prepareCode(order, { team, needsSandbox })
  const { inputs } = check().spec
  const start = {
    ...{ id, check, teams: [], onDemand: [team], hosts: !detach },
    models: { ...models, waits: !detach, spawnsModels: true },
  }
  return withStartedRun(start, async ({ troupe, run, interrupts, failed, ended }) => {
    const { server, store } = troupe
    if (detach) return leaveRunning(run.id, output, ', and is delivered by')
    const print = async (outcome: RunOutcome): Promise<ExitCode> => {
      const { run: key } = await run.status()
      return conclude(outcome, deliveryOf(outcome, { key, inputs }, store)!, { server, format: output, ...wanted })
    }
    return attend({ run, server, format: output, interrupts, failed, ended, print })
  })
}
