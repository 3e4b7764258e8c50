// Records in memory for several processes: each answer comes when the seed says.
import type { JsonValue } from '../../../../src/contract/json'
import type { RecordStore } from '../../../../src/storage/store'
import type { Picks } from '../../../contract/support/picks'
import { Records } from '../../support/paced-effects'

export function pacedRecords(picks: Picks): RecordStore & { kept: Map<string, JsonValue> } {
  const records = new Records()
  const turn = async (): Promise<void> => {
    for (let left = picks.below(4); left > 0; left--) await new Promise(setImmediate)
  }
  return {
    kept: records.kept,
    async create(name, value) {
      await turn()
      const standing = records.create(name, value)
      await turn()
      return standing
    },
    async read(name) {
      await turn()
      return structuredClone(records.read(name))
    },
    async list(prefix) {
      await turn()
      return records.list(prefix)
    },
  }
}
