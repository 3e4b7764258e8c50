// EFFECTS. What was read lately, kept in memory up to so many bytes: many executions of a process read the same.

/** A value, and about how much memory it takes. */
export interface Weighed<Value> {
  value: Value
  bytes: number
}

/** Only of what never changes. Those who ask at the same time share one reading; what was used longest ago goes first. */
export class Recent<Value> {
  private readonly kept = new Map<string, { reading: Promise<Weighed<Value> | undefined>; bytes: number }>()
  private bytes = 0

  constructor(private readonly maximumBytes: number) {}

  /** What is not there, and what could not be read, is asked for again the next time. */
  async get(key: string, read: () => Promise<Weighed<Value> | undefined>): Promise<Value | undefined> {
    const known = this.kept.get(key)
    if (known) {
      this.kept.delete(key)
      this.kept.set(key, known)
      return (await known.reading)?.value
    }
    const entry = { reading: read(), bytes: 0 }
    this.kept.set(key, entry)
    try {
      const found = await entry.reading
      if (found) this.weigh(key, entry, found.bytes)
      else this.forget(key, entry)
      return found?.value
    } catch (error) {
      this.forget(key, entry)
      throw error
    }
  }

  private forget(key: string, entry: object): void {
    if (this.kept.get(key) === entry) this.kept.delete(key)
  }

  /** One entry stays, whatever it weighs: it is being used. */
  private weigh(key: string, entry: { bytes: number }, bytes: number): void {
    // It may have had to go before it was there
    if (this.kept.get(key) !== entry) return
    entry.bytes = bytes
    this.bytes += bytes
    for (const [oldest, { bytes: freed }] of this.kept) {
      if (this.bytes <= this.maximumBytes || this.kept.size === 1) return
      this.kept.delete(oldest)
      this.bytes -= freed
    }
  }
}
