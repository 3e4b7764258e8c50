// HOST. `troupe code` and `troupe demo` from the checked order to the delivery.
import { teamManifest } from '../../agents/team'
import type { RunOutcome } from '../../client/outcome'
import { DEFAULT_MODEL } from '../../contract/model-id'
import { attend } from '../shared/attend'
import type { ExitCode } from '../shared/exit-codes'
import { leaveRunning } from '../shared/leave-running'
import type { ModelOptions } from '../shared/model-options'
import type { OutputFormat } from '../shared/output'
import { withStartedRun } from '../shared/start-run'
import { conclude, type Wanted } from './conclude'
import { deliveryOf } from './deliver'
import { prepareCode, type CodeOrder } from './prepare'
import { codeTeamHere, coderFrom, withCoder } from './team'

export interface CodeSettings {
  models: ModelOptions
  output: OutputFormat
  detach: boolean
  allowUnsandboxed: boolean
  /** Exports the team of the program that is to be the coder. */
  teamFile?: string
  wanted: Wanted
  /** Nothing will run but what came with this package. */
  isDemo: boolean
}

export async function carryOut(
  order: CodeOrder,
  { models, output, detach, allowUnsandboxed, teamFile, wanted, isDemo }: CodeSettings,
): Promise<ExitCode> {
  const team = codeTeamHere(allowUnsandboxed)
  const coder = teamFile === undefined ? undefined : await coderFrom(teamFile)
  const needsSandbox = !detach && !allowUnsandboxed && !isDemo
  const manifest = withCoder(teamManifest(team), coder, order.mode)
  const { id, check } = await prepareCode(order, { manifest, needsSandbox })
  const { inputs } = check().spec
  const start = {
    ...{ id, check, teams: coder ? [coder] : [], onDemand: [team], hosts: !detach },
    models: { ...models, waits: !detach, spawnsModels: manifest.agents.some((agent) => agent.model === DEFAULT_MODEL) },
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
