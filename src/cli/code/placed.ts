// HOST. What a run of the code team has put into somebody's repository: a log in the store, since what is taken back must be
// what this run did, and not what somebody has merged by hand.
import type { JsonValue } from '../../contract/json'
import type { RunKey } from '../../contract/messages'
import { placedPrefix, placedRecord, type PlacedRecord } from '../../contract/records'
import type { RecordStore } from '../../storage/store'

/** What stands of it. */
export interface Placed {
  branch?: { directory: string; branch: string; commit: string }
  /** The working tree that it was applied to. */
  applied?: { directory: string }
}

export async function placedSoFar(records: RecordStore, run: RunKey): Promise<Placed> {
  const placed: Placed = {}
  for (const name of await records.list(placedPrefix(run))) {
    const record = (await records.read(name)) as PlacedRecord | undefined
    if (record?.kind === 'branch') placed.branch = record
    if (record?.kind === 'branch-removed') delete placed.branch
    if (record?.kind === 'applied') placed.applied = record
    if (record?.kind === 'taken-back') delete placed.applied
  }
  return placed
}

export async function notePlaced(records: RecordStore, run: RunKey, placed: PlacedRecord): Promise<void> {
  const before = await records.list(placedPrefix(run))
  for (let number = before.length + 1; ; number++) {
    const { created } = await records.create(placedRecord(run, number), placed as unknown as JsonValue)
    if (created) return
  }
}
