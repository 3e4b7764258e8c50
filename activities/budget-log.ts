// EFFECTS. A run's log of reservations in its store: numbered records, of which each is created once. Whoever creates the next
// number has read all before it, so that what it decided holds; whoever loses the race reads what won, and decides anew.
import type { JsonValue } from '../src/contract/json'
import type { RunKey } from '../src/contract/messages'
import { budgetRecord, budgetSumsPrefix, budgetSumsRecord } from '../src/contract/records'
import { BudgetBook, type BudgetEntry, type BudgetSnapshot } from '../src/contract/run/budget-book'
import { Turns } from '../src/contract/turns'
import type { RecordStore } from '../src/storage/store'

export class BudgetLog {
  private book: Promise<BudgetBook> | undefined
  /** When it was last known to hold all entries, in milliseconds since the epoch. */
  private completeAt = 0
  /** In one process nobody loses a race against its own kind. */
  private readonly turns = new Turns(1)
  /** Shared by all that wait, and gone with the next entry. */
  private next: { entry: Promise<void>; tell(): void } | undefined

  constructor(
    private readonly records: RecordStore,
    private readonly run: RunKey,
  ) {}

  /** What `decide` makes of the book as it stands, all entries of other processes included; it must not change it. */
  read<Value>(decide: (book: BudgetBook) => Value): Promise<Value> {
    return this.turns.take(async () => {
      const book = await this.open()
      await this.catchUp(book)
      return decide(book)
    })
  }

  /**
   * Adds the entry that `decide` makes of the book, if any, and returns what `decide` did besides. It may be asked more than
   * once: the last time counts. The entry's number is the book's last then, plus one: an entry stands only if nobody else's came
   * before it. Only a decision for none may overlook what other processes have entered in the last `staleMs` milliseconds.
   */
  append<Value>(decide: (book: BudgetBook) => { entry?: BudgetEntry; value: Value }, staleMs = 0): Promise<Value> {
    return this.turns.take(async () => {
      const book = await this.open()
      if (Date.now() - this.completeAt >= staleMs) await this.catchUp(book)
      for (;;) {
        const { entry, value } = decide(book)
        if (!entry) return value
        const kept = await this.records.create(budgetRecord(this.run, book.last + 1), entry as unknown as JsonValue)
        await this.apply(book, kept.value as unknown as BudgetEntry)
        if (!kept.created) continue
        this.completeAt = Date.now()
        return value
      }
    })
  }

  /** Resolves with the next entry that this process sees. */
  changed(): Promise<void> {
    if (!this.next) {
      let tell = (): void => undefined
      this.next = { entry: new Promise<void>((resolve) => (tell = resolve)), tell: () => tell() }
    }
    return this.next.entry
  }

  private open(): Promise<BudgetBook> {
    this.book ??= this.load()
    // A store that fails now may answer later
    this.book.catch(() => (this.book = undefined))
    return this.book
  }

  private async load(): Promise<BudgetBook> {
    const newest = (await this.records.list(budgetSumsPrefix(this.run))).at(-1)
    const snapshot = newest === undefined ? undefined : await this.records.read(newest)
    return snapshot === undefined ? new BudgetBook() : BudgetBook.of(snapshot as unknown as BudgetSnapshot)
  }

  private async catchUp(book: BudgetBook): Promise<void> {
    for (;;) {
      const entry = await this.records.read(budgetRecord(this.run, book.last + 1))
      if (entry === undefined) return void (this.completeAt = Date.now())
      await this.apply(book, entry as unknown as BudgetEntry)
    }
  }

  private async apply(book: BudgetBook, entry: BudgetEntry): Promise<void> {
    book.apply(entry)
    this.next?.tell()
    this.next = undefined
    if (!book.isSumDue) return
    const sums = book.snapshot() as unknown as JsonValue
    // Without them somebody reads more, and the same comes of it
    await this.records.create(budgetSumsRecord(this.run, book.last), sums).catch(() => undefined)
  }
}

/** Runs of which the book is kept in memory; of another one it is read again. */
const RUNS_KEPT = 50

/** One for each run that this process works on. */
export class BudgetLogs {
  private readonly kept = new Map<string, BudgetLog>()

  constructor(private readonly records: RecordStore) {}

  of(run: RunKey): BudgetLog {
    const known = this.kept.get(run.firstRunId)
    // What is used last is dropped last: executions hold on to their own
    if (known) this.kept.delete(run.firstRunId)
    const log = known ?? new BudgetLog(this.records, run)
    this.kept.set(run.firstRunId, log)
    if (this.kept.size > RUNS_KEPT) this.kept.delete(this.kept.keys().next().value!)
    return log
  }
}
