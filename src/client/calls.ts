// HOST. The model calls of a run, as its store has them.
import { inPortions } from '../contract/in-portions'
import type { RunKey } from '../contract/messages'
import type { ModelAnswer, RecordedCall } from '../contract/model-answer'
import { ledgerName, ledgerPrefix, type LedgerRecord } from '../contract/records'
import { loadOutput } from '../storage/output'
import type { Store } from '../storage/store'

/** Records read at once. */
const READ_AT_ONCE = 16

/** @throws TroupeError `StoreUnavailable`, `ArtifactNotFound` */
export async function recordedCalls(store: Store, run: RunKey): Promise<RecordedCall[]> {
  const names = await store.records.list(ledgerPrefix(run, 'model'))
  const used = names.filter((name) => ledgerName(name).note === undefined)
  return (await inPortions(used, READ_AT_ONCE, (name) => readCall(store, name))).sort(inOrder)
}

async function readCall(store: Store, name: string): Promise<RecordedCall> {
  const record = (await store.records.read(name)) as unknown as LedgerRecord
  const { subtask, agent, logicalAttempt, name: model, number = 0, tokens = { input: 0, output: 0 }, value } = record
  const answer = 'inline' in value ? value.inline : await loadOutput(store, value.reference)
  return { subtask, agent, attempt: logicalAttempt, number, model, tokens, answer: answer as unknown as ModelAnswer }
}

function inOrder(a: RecordedCall, b: RecordedCall): number {
  if (a.subtask !== b.subtask) return a.subtask < b.subtask ? -1 : 1
  return a.attempt - b.attempt || a.number - b.number
}
