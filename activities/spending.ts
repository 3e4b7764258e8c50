// EFFECTS. What a run's model calls have used so far, whichever process made them: read from the store, each record once. An
// execution looks at its own subtask's, or each would cost as much as the run has calls.
import { inPortions } from '../src/contract/in-portions'
import type { JsonValue } from '../src/contract/json'
import type { RunKey } from '../src/contract/messages'
import type { ModelTokens } from '../src/contract/model-answer'
import { sumOfCosts } from '../src/contract/prices'
import {
  begunPrefix,
  ledgerName,
  ledgerPrefix,
  refusedPrefix,
  type BegunRecord,
  type LedgerRecord,
} from '../src/contract/records'
import type { Spent } from '../src/contract/run/spending'
import type { Store } from '../src/storage/store'

/** Records read at once. */
const READ_AT_ONCE = 32
/** Runs whose records are kept in memory; another one is read again. */
const RUNS_KEPT = 50
const NO_TOKENS: ModelTokens = { input: 0, output: 0 }
/** A sum over the whole run is told again for so many times the time that it took: a tenth of a process's time at most. */
const REUSED = 10

/** What one subtask has used in all its attempts, or one answer. */
export interface SubtaskSpending extends Spent {
  /** Calls of which nobody knows what was billed. */
  unconfirmedCalls: number
}

/** Records never change, so what was read once holds. */
export class RunSpending {
  private readonly answers = new Map<string, SubtaskSpending>()
  private readonly begun = new Map<string, BegunRecord>()
  /** The last sum over the whole run, and until when it is told again. */
  private whole: { spent: Promise<Spent[]>; until: number } | undefined

  constructor(
    private readonly store: Store,
    private readonly run: RunKey,
  ) {}

  /** By subtask, and a little old where a run has many calls: each execution that is refused asks. */
  spent(): Promise<Spent[]> {
    if (this.whole && Date.now() < this.whole.until) return this.whole.spent
    const began = Date.now()
    const whole = { spent: this.readAnswers().then((names) => [...this.sums(names).values()]), until: Infinity }
    this.whole = whole
    whole.spent.then(
      () => (whole.until = Date.now() + REUSED * (Date.now() - began)),
      () => (this.whole = undefined),
    )
    return whole.spent
  }

  /** What one subtask was answered, as the store has it now. */
  async answeredOf(subtask: string): Promise<SubtaskSpending | undefined> {
    return this.sums(await this.readAnswers(subtask)).get(subtask)
  }

  /** The same with the calls that were begun, not refused, and never answered. */
  async settledOf(subtask: string): Promise<SubtaskSpending | undefined> {
    return (await this.settled(subtask)).get(subtask)
  }

  /** That of all subtasks, or of one. */
  async settled(subtask?: string): Promise<Map<string, SubtaskSpending>> {
    // What was begun is looked at first: a call that is answered meanwhile is not taken for one that was cut off
    const begun = await this.read(
      begunPrefix(this.run, subtask),
      this.begun,
      (record) => record as unknown as BegunRecord,
    )
    const refused = await this.store.records.list(refusedPrefix(this.run, subtask))
    const answers = await this.readAnswers(subtask)
    const sums = this.sums(answers)
    const settled = countByKey([...refused, ...answers])
    for (const name of begun) {
      const { key } = ledgerName(name)
      const left = settled.get(key) ?? 0
      settled.set(key, left - 1)
      if (left > 0) continue
      const { subtask: id, agent } = this.begun.get(name)!
      const sum = sums.get(id) ?? { subtask: id, agent, tokens: 0, unconfirmedCalls: 0 }
      sums.set(id, { ...sum, unconfirmedCalls: sum.unconfirmedCalls + 1 })
    }
    return sums
  }

  private readAnswers(subtask?: string): Promise<string[]> {
    return this.read(ledgerPrefix(this.run, 'model', subtask), this.answers, (record) => {
      const { subtask, agent, tokens = NO_TOKENS, usd: cost = 'unknown' as const } = record as unknown as LedgerRecord
      const unconfirmedCalls = tokens.estimated ? 1 : 0
      return { subtask, agent, tokens: tokens.input + tokens.output, cost, unconfirmedCalls }
    })
  }

  /** By subtask, of these answers. */
  private sums(answers: readonly string[]): Map<string, SubtaskSpending> {
    const sums = new Map<string, SubtaskSpending>()
    for (const name of answers) {
      const { subtask, agent, tokens, cost, unconfirmedCalls } = this.answers.get(name)!
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

  /** The names that there are, all of them known by then. */
  private async read<Value>(
    prefix: string,
    known: Map<string, Value>,
    decode: (record: JsonValue) => Value,
  ): Promise<string[]> {
    const { records } = this.store
    const names = await records.list(prefix)
    const unread = names.filter((name) => !known.has(name))
    const values = await inPortions(unread, READ_AT_ONCE, (name) => records.read(name))
    values.forEach((value, place) => value !== undefined && known.set(unread[place]!, decode(value)))
    return names.filter((name) => known.has(name))
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
  for (const name of names) {
    const { key } = ledgerName(name)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}
