// EFFECTS. What came of a reservation that nobody settled, as the ledger knows it.
import type { RunKey } from '../src/contract/messages'
import { wholeBillionths } from '../src/contract/prices'
import { ledgerRecord, refusedRecord, surplusRecord, type LedgerRecord } from '../src/contract/records'
import type { Amount, Reservation } from '../src/contract/run/budget-book'
import type { RecordStore } from '../src/storage/store'

/** What a call has used that was not made, or that its provider refused. */
export const NOTHING: Required<Amount> = { calls: 0, tokens: 0, billionths: 0 }

/** What a call has used; money as it is known, else as it was reserved. */
export function usedAmount(tokens: number, usd: number | undefined, reserved: Amount): Amount {
  const billionths = usd === undefined ? reserved.billionths : wholeBillionths(usd)
  return { calls: 1, tokens, ...(billionths === undefined ? {} : { billionths }) }
}

/** What the ledger says of the call; undefined if it was cut off. */
export async function recordedAmount(
  records: RecordStore,
  run: RunKey,
  number: number,
  { subtask, key, note, amount }: Pick<Reservation, 'subtask' | 'key' | 'note' | 'amount'>,
): Promise<Amount | undefined> {
  for (const name of [ledgerRecord(run, 'model', subtask, key), surplusRecord(run, subtask, key, note)]) {
    const record = (await records.read(name)) as LedgerRecord | undefined
    if (record?.reservation !== number || !record.tokens) continue
    return usedAmount(record.tokens.input + record.tokens.output, record.usd, amount)
  }
  return (await records.read(refusedRecord(run, subtask, key, note))) === undefined ? undefined : NOTHING
}
