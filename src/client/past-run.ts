// HOST. A run as it was left, for who repeats it: its plan, and of each subtask the definition and what it left.
import { TroupeError } from '../contract/errors'
import { inPortions } from '../contract/in-portions'
import type { AgentExecution } from '../contract/activity-messages'
import type { CheckedSubTask, RunSpec, SpawnFragment } from '../contract/messages'
import { PLAN_FILE_MEMO } from '../contract/names'
import { preparedRecord, resultRecord, type PreparedRecord } from '../contract/records'
import type { SubtaskRow } from '../contract/run'
import type { Past, PastSubtask } from '../contract/run/reuse'
import type { Store } from '../storage/store'
import { assertSameStore } from './documents'
import type { RunView } from './run-view'
import { CALL_TIMEOUT_MS, withTimeout, type ClientScope } from './scope'

/** Records and fragments read at once. */
const READ_AT_ONCE = 32

/** What a run was started with. */
export interface StartedWith {
  spec: RunSpec
  /** Absolute path of the file that its plan came from. */
  planFile?: string
}

/** @throws TroupeError `RetryRefused` if its plan was never prepared; `StoreMismatch`, `StoreUnavailable` */
export async function startedWith(scope: ClientScope, view: RunView): Promise<StartedWith> {
  const { runId, store } = view
  const of = store ?? view.result?.store
  if (of) assertSameStore(scope.store, { store: of })
  const record = (await scope.store.records.read(preparedRecord(view.run))) as unknown as PreparedRecord | undefined
  const artifact = view.spec ?? record?.spec
  if (artifact === undefined)
    throw new TroupeError(
      'RetryRefused',
      `the run "${runId}" ended before its plan was prepared: it has left nothing`,
      {
        hint: 'start it anew: troupe run PLAN',
      },
    )
  const spec = JSON.parse((await scope.store.artifacts.get(artifact)).toString()) as RunSpec
  const handle = scope.client.workflow.getHandle(runId)
  const { memo } = await withTimeout(scope, CALL_TIMEOUT_MS, () => handle.describe())
  const planFile = memo?.[PLAN_FILE_MEMO]
  return typeof planFile === 'string' ? { spec, planFile } : { spec }
}

/** @throws TroupeError `StoreUnavailable`, `ArtifactNotFound` */
export async function readPast(store: Store, { run, subtasks: rows }: RunView, spec: RunSpec): Promise<Past> {
  const spawners = new Set(rows.map(({ parent }) => parent))
  const left = rows.filter(({ state }, place) => state === 'succeeded' || spawners.has(place))
  const records = await inPortions(left, READ_AT_ONCE, async ({ id }) => {
    const record = (await store.records.read(resultRecord(run, id))) as AgentExecution | undefined
    return [id, record] as const
  })
  const executions = new Map(records)
  // Where a row names no fragment, its spawner's record does
  const fragmentOf = ({ fragment, parent }: SubtaskRow): string | undefined =>
    fragment ?? (parent === undefined ? undefined : executions.get(rows[parent]!.id)?.spawned?.fragment)
  const fragments = [...new Set(rows.flatMap((row) => fragmentOf(row) ?? []))]
  const read = await inPortions(fragments, READ_AT_ONCE, async (artifact) => {
    const { subtasks } = JSON.parse((await store.artifacts.get(artifact)).toString()) as SpawnFragment
    return [artifact, byId(subtasks)] as const
  })
  const definitions = new Map<string | undefined, Map<string, CheckedSubTask>>([
    [undefined, byId(spec.subtasks)],
    ...read,
  ])
  return new Map(
    rows.map((row): [string, PastSubtask] => {
      const { id, state, error, parent } = row
      const definition = definitions.get(fragmentOf(row))?.get(id)
      if (!definition) throw new TroupeError('Internal', `the definition of "${id}" is not where the run says`)
      const execution = executions.get(id)
      return [
        id,
        {
          ...{ definition, state, dependsOn: row.dependsOn.map((place) => rows[place]!.id) },
          ...(error ? { error } : {}),
          ...(parent === undefined ? {} : { parent: rows[parent]!.id }),
          ...(execution ? { execution } : {}),
        },
      ]
    }),
  )
}

function byId(subtasks: readonly CheckedSubTask[]): Map<string, CheckedSubTask> {
  return new Map(subtasks.map((subtask) => [subtask.id, subtask]))
}
