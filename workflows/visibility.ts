// WORKFLOW. A run's search attributes, on servers that have them.
import { upsertSearchAttributes } from '@temporalio/workflow'
import type { PreparedRun } from '../src/contract/activity-messages'
import { SEARCH_ATTRIBUTES } from '../src/contract/names'
import type { RunStatus } from '../src/contract/run'

/** Team and plan are written with the first status; an unknown attribute would fail the workflow task, hence the question. */
export function showStatus(prepared: PreparedRun, status: RunStatus): void {
  if (!prepared.searchAttributes) return
  const keyword = (name: string, value: string) => ({ key: { name, type: 'KEYWORD' as const }, value })
  const first =
    status === 'running'
      ? [keyword(SEARCH_ATTRIBUTES.team, prepared.team), keyword(SEARCH_ATTRIBUTES.plan, prepared.plan)]
      : []
  upsertSearchAttributes([keyword(SEARCH_ATTRIBUTES.status, status), ...first])
}
