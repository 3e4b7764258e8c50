// PURE. So many at a time, the others in the order in which they came.

export class Turns {
  private taken = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly size: number) {}

  get isIdle(): boolean {
    return this.taken === 0
  }

  async take<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.taken < this.size) this.taken++
    else await new Promise<void>((next) => this.waiting.push(next))
    try {
      return await work()
    } finally {
      // A turn is handed on rather than given back, so that nobody who comes later overtakes the first in line
      const next = this.waiting.shift()
      if (next) next()
      else this.taken--
    }
  }
}
