// PURE. What is spent and what is reserved, level by level: the sum of a run's log of reservations. Every process that reads
// the same entries has the same book.

/** What a call uses, or may use. Money is in whole billionths of a US dollar, so that sums are exact. */
export interface Amount {
  calls: number
  tokens: number
  /** Of a model whose price nobody knows there is none. */
  billionths?: number
}

/** Which call it is for, and by when its execution must have ended. */
export interface Reservation {
  /** Names of the levels that it counts against. */
  levels: string[]
  amount: Amount
  subtask: string
  /** Tells executions apart: the token of the attempt that made it. */
  execution: string
  /** The call's key in the ledger, and what tells its notes there apart from others of that key. */
  key: string
  note: string
  /** Milliseconds since the epoch. */
  until: number
}

export type BudgetEntry =
  | ({ kind: 'reserve' } & Reservation)
  /** What it has used. After a loss too: whoever was given up may still have been answered. */
  | { kind: 'settle'; of: number; amount: Amount }
  /** It may have been billed, and nobody will say: it counts in full. */
  | { kind: 'lose'; of: number }

/** A book as it is written down now and then, so that nobody reads all entries. */
export interface BudgetSnapshot {
  last: number
  spent: [level: string, amount: Required<Amount>][]
  open: [number: number, reservation: Reservation][]
  lost: [number: number, reservation: LostReservation][]
}

/** What is left to know of it. */
type LostReservation = Pick<Reservation, 'levels' | 'amount'>

/** Entries after which the sums are written down: a process that comes to the run later reads these and what follows. */
const ENTRIES_PER_SUM = 256
/** Levels and reservations that take as much room as an entry: sums are not to be larger than what they sum up. */
const SUMMED_PER_ENTRY = 4

/** Lost reservations that are kept apart, in case that their answer is found after all; older ones are spent. */
const LOST_KEPT = 500

export class BudgetBook {
  /** Number of the newest entry. */
  last = 0
  /** Under way. */
  readonly open = new Map<number, Reservation>()
  private readonly lost = new Map<number, LostReservation>()
  private readonly spentBy = new Map<string, Required<Amount>>()
  private readonly openBy = new Map<string, Required<Amount>>()

  static of(snapshot: BudgetSnapshot): BudgetBook {
    const book = new BudgetBook()
    book.last = snapshot.last
    for (const [level, amount] of snapshot.spent) book.spentBy.set(level, { ...amount })
    for (const [number, reservation] of snapshot.open) book.enter(number, reservation)
    for (const [number, reservation] of snapshot.lost) book.lose(number, reservation)
    return book
  }

  /** Whether the sums are to be written down now: with more of them less often, and after the same entries by everybody. */
  get isSumDue(): boolean {
    const { last, spentBy, open, lost } = this
    let every = ENTRIES_PER_SUM
    while (every * SUMMED_PER_ENTRY < spentBy.size + open.size + lost.size) every *= 2
    return last % every === 0
  }

  snapshot(): BudgetSnapshot {
    const { last, spentBy, open, lost } = this
    return { last, spent: [...spentBy], open: [...open], lost: [...lost] }
  }

  /** The next entry. What is no news says nothing: two processes may settle the same. */
  apply(entry: BudgetEntry): void {
    const number = ++this.last
    if (entry.kind === 'reserve') {
      const { kind: _kind, ...reservation } = entry
      return this.enter(number, reservation)
    }
    const open = this.open.get(entry.of)
    const reservation = open ?? this.lost.get(entry.of)
    if (!reservation || (entry.kind === 'lose' && !open)) return
    if (open) {
      this.open.delete(entry.of)
      add(this.openBy, open.levels, open.amount, -1)
    } else {
      this.lost.delete(entry.of)
      add(this.spentBy, reservation.levels, reservation.amount, -1)
    }
    add(this.spentBy, reservation.levels, entry.kind === 'settle' ? entry.amount : reservation.amount)
    if (entry.kind === 'lose') this.lose(entry.of, reservation)
  }

  /** Used, or lost. */
  spent(level: string): Required<Amount> {
    return this.spentBy.get(level) ?? NOTHING
  }

  /** What calls that are under way may use at most. */
  reserved(level: string): Required<Amount> {
    return this.openBy.get(level) ?? NOTHING
  }

  private enter(number: number, reservation: Reservation): void {
    this.open.set(number, reservation)
    add(this.openBy, reservation.levels, reservation.amount)
  }

  private lose(number: number, { levels, amount }: LostReservation): void {
    this.lost.set(number, { levels, amount })
    if (this.lost.size > LOST_KEPT) this.lost.delete(this.lost.keys().next().value!)
  }
}

const NOTHING: Required<Amount> = { calls: 0, tokens: 0, billionths: 0 }

function add(
  sums: Map<string, Required<Amount>>,
  levels: readonly string[],
  { calls, tokens, billionths = 0 }: Amount,
  sign: 1 | -1 = 1,
): void {
  for (const level of levels) {
    const sum = sums.get(level) ?? NOTHING
    const next = {
      calls: sum.calls + sign * calls,
      tokens: sum.tokens + sign * tokens,
      billionths: sum.billionths + sign * billionths,
    }
    // A level that is back at nothing is forgotten: what was reserved there has been settled
    if (next.calls === 0 && next.tokens === 0 && next.billionths === 0) sums.delete(level)
    else sums.set(level, next)
  }
}
