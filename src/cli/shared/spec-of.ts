// HOST. What a run was started with, as far as this process can know.
import type { RunView } from '../../client/run-view'
import type { RunSpec } from '../../contract/messages'
import { preparedRecord, type PreparedRecord } from '../../contract/records'
import type { Store } from '../../storage/store'

/** What was checked before the run began; undefined before its plan was prepared, or if the store is not the run's. */
export async function specOf(view: RunView, store: Store): Promise<RunSpec | undefined> {
  if (view.store && view.store.id !== store.identity.id) return undefined
  const record = (await store.records.read(preparedRecord(view.run))) as unknown as PreparedRecord | undefined
  const artifact = view.spec ?? record?.spec
  return artifact === undefined ? undefined : (JSON.parse((await store.artifacts.get(artifact)).toString()) as RunSpec)
}
