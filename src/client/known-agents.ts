// HOST. Which agents the open runs of a team have: what somebody may mean by an agent's name.
import type { RunSpec } from '../contract/messages'
import { ORCHESTRATE } from '../contract/names'
import { preparedRecord, type PreparedRecord } from '../contract/records'
import { CALL_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

/** Runs that are looked at, the newest ones: a hint is not worth more, and each spec holds its whole plan. */
const LOOKED_AT = 5

/** Undefined where no open run of the team is known, or the store of none of them is at hand. */
export async function agentsOfOpenRuns(scope: ClientScope, team: string): Promise<string[] | undefined> {
  const specs = (await newestSpecs(scope)).filter((spec) => spec.team.name === team)
  if (specs.length === 0) return undefined
  return [...new Set(specs.flatMap((spec) => spec.team.agents.map(({ name }) => name)))]
}

async function newestSpecs(scope: ClientScope): Promise<RunSpec[]> {
  const { client, store } = scope
  const query = `WorkflowType = '${ORCHESTRATE}' AND ExecutionStatus = 'Running'`
  const specs: RunSpec[] = []
  await withTimeout(scope, CALL_TIMEOUT_MS, async () => {
    let looked = 0
    for await (const { workflowId, runId, raw } of client.workflow.list({ query, pageSize: LOOKED_AT })) {
      const name = preparedRecord({ workflowId, firstRunId: raw.firstRunId || runId })
      const record = (await store.records.read(name)) as unknown as PreparedRecord | undefined
      if (record) specs.push(JSON.parse((await store.artifacts.get(record.spec)).toString()) as RunSpec)
      if (++looked === LOOKED_AT) break
    }
  })
  return specs
}
