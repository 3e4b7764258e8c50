// HOST. Which agents the runs of a team have: what somebody may mean by an agent's name.
import type { RunSpec } from '../contract/messages'
import { ORCHESTRATE, SEARCH_ATTRIBUTES } from '../contract/names'
import { preparedRecord, type PreparedRecord } from '../contract/records'
import { CALL_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

/** Runs that are looked at, the newest ones: a hint is not worth more, and each spec holds its whole plan. */
const LOOKED_AT = 5

export interface KnownAgents {
  names: string[]
  /** Whose they are: those of open runs, where there are any. */
  of: 'open runs' | 'newest runs'
}

/** Undefined where no run of the team is known, or the store of none of them is at hand. */
export async function knownAgents(scope: ClientScope, team: string): Promise<KnownAgents | undefined> {
  for (const runs of ['open runs', 'newest runs'] as const) {
    const specs = await newestSpecs(scope, team, runs === 'open runs' ? ["ExecutionStatus = 'Running'"] : [])
    const names = specs.flatMap((spec) => spec.team.agents.map(({ name }) => name))
    if (specs.length > 0) return { names: [...new Set(names)], of: runs }
  }
  return undefined
}

async function newestSpecs(scope: ClientScope, team: string, conditions: string[]): Promise<RunSpec[]> {
  const all = [`WorkflowType = '${ORCHESTRATE}'`, ...conditions]
  // Not every namespace has the attribute
  const specs = await specsOf(scope, [...all, `${SEARCH_ATTRIBUTES.team} = '${team}'`]).catch(() => specsOf(scope, all))
  return specs.filter((spec) => spec.team.name === team)
}

async function specsOf(scope: ClientScope, conditions: string[]): Promise<RunSpec[]> {
  const { client, store } = scope
  const query = conditions.join(' AND ')
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
