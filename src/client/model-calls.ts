// HOST. The model calls of a run one by one, without what was said: those that were answered, and those that were not.
import { inPortions } from '../contract/in-portions'
import type { RunKey } from '../contract/messages'
import type { ModelTokens } from '../contract/model-answer'
import {
  begunPrefix,
  ledgerName,
  ledgerPrefix,
  refusedPrefix,
  type BegunRecord,
  type LedgerRecord,
} from '../contract/records'
import type { Store } from '../storage/store'

/** Records read at once. */
const READ_AT_ONCE = 16

/**
 * What became of a call: it was answered, and the answer used; or paid for and used by nobody, since two processes made it;
 * it may be under way; it was cut off, and only the provider knows whether it was billed; or the provider refused it, for nothing.
 */
export type ModelCallState = 'answered' | 'unused' | 'waiting' | 'cut-off' | 'refused'

export interface ModelCall {
  subtask: string
  agent: string
  /** The logical attempt, from 0: it rises when recorded answers themselves made an attempt fail. */
  attempt: number
  state: ModelCallState
  /** `<provider>/<model>`; undefined in what earlier versions recorded of calls without an answer. */
  model?: string
  /** Which of the execution's model calls it was, from 0, where it was answered. */
  number?: number
  /** Only where it was answered. */
  tokens?: ModelTokens
  /** US dollars; undefined where nobody knows the model's price. */
  usd?: number
  /** ISO time; undefined in what earlier versions recorded. */
  askedAt?: string
  durationMs?: number
}

/** Of one subtask, or of all, in the order in which they were made. `isRunning` says whose calls may be under way. */
export async function modelCalls(
  store: Store,
  run: RunKey,
  isRunning: (subtask: string) => boolean,
  subtask?: string,
): Promise<ModelCall[]> {
  // Begun ones first: what is answered meanwhile is not taken for cut off
  const begun = await readAll<BegunRecord>(store, begunPrefix(run, subtask))
  const refused = await store.records.list(refusedPrefix(run, subtask))
  const answers = await readAll<LedgerRecord>(store, ledgerPrefix(run, 'model', subtask))
  const answered = answers.map(([name, record]) =>
    toCall(record, ledgerName(name).note === undefined ? 'answered' : 'unused'),
  )
  const open = unanswered(
    begun,
    refused,
    answers.map(([name]) => name),
    isRunning,
  )
  return [...answered, ...open].sort(inOrder)
}

type Named<Kept> = [name: string, record: Kept]

async function readAll<Kept>({ records }: Store, prefix: string): Promise<Named<Kept>[]> {
  const names = await records.list(prefix)
  const kept = (await inPortions(names, READ_AT_ONCE, (name) => records.read(name))) as (Kept | undefined)[]
  return names.flatMap((name, place): Named<Kept>[] => {
    const record = kept[place]
    return record === undefined ? [] : [[name, record]]
  })
}

function toCall(record: LedgerRecord, state: ModelCallState): ModelCall {
  const { subtask, agent, logicalAttempt: attempt, name: model, number, tokens, usd, askedAt, durationMs } = record
  return { subtask, agent, attempt, state, model, number, tokens, usd, askedAt, durationMs }
}

/** Of the calls with one key the newest were answered, or refused: only what was not is made again. */
function unanswered(
  begun: readonly Named<BegunRecord>[],
  refused: readonly string[],
  answers: readonly string[],
  isRunning: (subtask: string) => boolean,
): ModelCall[] {
  const settled = new Map<string, ModelCallState[]>()
  const settle = (name: string, state: ModelCallState): void =>
    void settled.set(keyOf(name), [...(settled.get(keyOf(name)) ?? []), state])
  for (const name of refused) settle(name, 'refused')
  for (const name of answers) settle(name, 'answered')
  const newest = newestExecutions(begun)
  return [...begun]
    .sort(([, a], [, b]) => byTime(b, a))
    .flatMap(([name, record]): ModelCall[] => {
      const state = settled.get(keyOf(name))?.pop()
      const { subtask, agent, logicalAttempt: attempt = 0, model, askedAt } = record
      if (state === 'answered') return []
      const isOpen = isRunning(subtask) && newest.get(subtask) === executionOf(name)
      return [{ subtask, agent, attempt, state: state ?? (isOpen ? 'waiting' : 'cut-off'), model, askedAt }]
    })
}

/** By subtask, the execution that began a call last: only its calls can still be under way. */
function newestExecutions(begun: readonly Named<BegunRecord>[]): Map<string, string> {
  const sorted = [...begun].sort(([, a], [, b]) => byTime(a, b))
  return new Map(sorted.map(([name, { subtask }]) => [subtask, executionOf(name)]))
}

function keyOf(name: string): string {
  return ledgerName(name).key
}

/** Notes are `<execution>-<number>`. */
function executionOf(name: string): string {
  return ledgerName(name).note!.split('-')[0]!
}

function byTime(a: { askedAt?: string }, b: { askedAt?: string }): number {
  return (a.askedAt ?? '') < (b.askedAt ?? '') ? -1 : Number(a.askedAt !== b.askedAt)
}

function inOrder(a: ModelCall, b: ModelCall): number {
  if (a.subtask !== b.subtask) return a.subtask < b.subtask ? -1 : 1
  return a.attempt - b.attempt || byTime(a, b) || (a.number ?? 0) - (b.number ?? 0)
}
