// EFFECTS. What a run's model calls have used so far, whichever process made them: read from the store, each record once.
import { inPortions } from '../src/contract/in-portions'
import type { JsonValue } from '../src/contract/json'
import type { RunKey } from '../src/contract/messages'
import type { ModelTokens } from '../src/contract/model-answer'
import { sumOfCosts } from '../src/contract/prices'
import { begunPrefix, ledgerPrefix, refusedPrefix, type BegunRecord, type LedgerRecord } from '../src/contract/records'
import type { Spent } from '../src/contract/run/spending'
import type { Store } from '../src/storage/store'

/** Records read at once. */
const READ_AT_ONCE = 32
/** Runs whose records are kept in memory; another one is read again. */
const RUNS_KEPT = 50
const NO_TOKENS: ModelTokens = { input: 0, output: 0 }
/** Characters of a key, a SHA-256; what follows it in a name tells executions apart. */
const KEY_LENGTH = 64

/** What one subtask has used in all its attempts, or one answer. */
export interface SubtaskSpending extends Spent {
  /** Calls of which nobody knows what was billed. */
  unconfirmedCalls: number
}

/** Records never change, so what was read once holds. */
export class RunSpending {
  private readonly answers = new Map<string, SubtaskSpending>()
  private readonly begun = new Map<string, BegunRecord>()

  constructor(
    private readonly store: Store,
    private readonly run: RunKey,
  ) {}

  /** By subtask, as the store has it now. */
  async spent(): Promise<Spent[]> {
    await this.read(ledgerPrefix(this.run, 'model'), this.answers, (record) => {
      const { subtask, agent, tokens = NO_TOKENS, usd: cost = 'unknown' as const } = record as unknown as LedgerRecord
      const unconfirmedCalls = tokens.estimated ? 1 : 0
      return { subtask, agent, tokens: tokens.input + tokens.output, cost, unconfirmedCalls }
    })
    return [...this.sums().values()]
  }

  /** The same with the calls that were begun, not refused, and never answered. */
  async settled(): Promise<Map<string, SubtaskSpending>> {
    // What was begun is looked at first: a call that is answered meanwhile is not taken for one that was cut off
    await this.read(begunPrefix(this.run), this.begun, (record) => record as unknown as BegunRecord)
    const refused = await this.store.records.list(refusedPrefix(this.run))
    await this.spent()
    const sums = this.sums()
    const settled = countByKey([...refused, ...this.answers.keys()])
    for (const [name, { subtask, agent }] of this.begun) {
      const key = keyOf(name)
      const left = settled.get(key) ?? 0
      settled.set(key, left - 1)
      if (left > 0) continue
      const sum = sums.get(subtask) ?? { subtask, agent, tokens: 0, unconfirmedCalls: 0 }
      sums.set(subtask, { ...sum, unconfirmedCalls: sum.unconfirmedCalls + 1 })
    }
    return sums
  }

  private sums(): Map<string, SubtaskSpending> {
    const sums = new Map<string, SubtaskSpending>()
    for (const { subtask, agent, tokens, cost, unconfirmedCalls } of this.answers.values()) {
      const before: Partial<SubtaskSpending> = sums.get(subtask) ?? {}
      const sum = sumOfCosts([before.cost, cost])
      sums.set(subtask, {
        subtask,
        agent,
        tokens: (before.tokens ?? 0) + tokens,
        ...(sum === undefined ? {} : { cost: sum }),
        unconfirmedCalls: (before.unconfirmedCalls ?? 0) + unconfirmedCalls,
      })
    }
    return sums
  }

  private async read<Value>(
    prefix: string,
    known: Map<string, Value>,
    decode: (record: JsonValue) => Value,
  ): Promise<void> {
    const { records } = this.store
    const unread = (await records.list(prefix)).filter((name) => !known.has(name))
    const values = await inPortions(unread, READ_AT_ONCE, (name) => records.read(name))
    values.forEach((value, place) => value !== undefined && known.set(unread[place]!, decode(value)))
  }
}

/** One for each run that this process works on. */
export class Spendings {
  private readonly kept = new Map<string, RunSpending>()

  constructor(private readonly store: Store) {}

  of(run: RunKey): RunSpending {
    const known = this.kept.get(run.firstRunId)
    if (known) return known
    const spending = new RunSpending(this.store, run)
    this.kept.set(run.firstRunId, spending)
    if (this.kept.size > RUNS_KEPT) this.kept.delete(this.kept.keys().next().value!)
    return spending
  }
}

function countByKey(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(keyOf(name), (counts.get(keyOf(name)) ?? 0) + 1)
  return counts
}

function keyOf(name: string): string {
  const start = name.lastIndexOf('/') + 1
  return name.slice(start, start + KEY_LENGTH)
}
