// HOST. What executions of a run did beyond their outputs, as its ledger has it: the steps and tools that they called.
import { inPortions } from '../contract/in-portions'
import type { RunKey } from '../contract/messages'
import { ledgerPrefix, type LedgerRecord } from '../contract/records'
import type { Store } from '../storage/store'
import type { RetriedSubtask } from './retry-options'

/** Records read at once. */
const READ_AT_ONCE = 32

type Effects = RetriedSubtask['effects']

/** By subtask. @throws TroupeError `StoreUnavailable` */
export async function effectsOf(store: Store, run: RunKey): Promise<Map<string, Effects>> {
  const found = new Map<string, Effects>()
  for (const kind of ['step', 'tool'] as const) {
    const names = await store.records.list(ledgerPrefix(run, kind))
    const records = await inPortions(names, READ_AT_ONCE, (name) => store.records.read(name))
    for (const { subtask, name } of records as unknown as LedgerRecord[]) {
      const effects = found.get(subtask) ?? []
      const known = effects.find((one) => one.kind === kind && one.name === name)
      if (known) known.times++
      else effects.push({ kind, name, times: 1 })
      found.set(subtask, effects)
    }
  }
  return found
}
