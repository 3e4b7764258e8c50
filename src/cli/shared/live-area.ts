// HOST. The lines at the bottom of the terminal that are drawn again and again; whatever else is written goes above them.

/** What of log-update, an ESM-only package, is used here. */
interface LogUpdate {
  (text: string): void
  clear(): void
  done(): void
  persist(text: string): void
}

export class LiveArea {
  private rest = ''

  private constructor(
    private readonly area: LogUpdate,
    private readonly restore: () => void,
  ) {}

  /** Takes standard error over until `close`. */
  static async open(): Promise<LiveArea> {
    const { createLogUpdate } = await import('log-update')
    const stream = process.stderr
    const original = stream.write
    // log-update writes to the terminal itself, everybody else above what it draws
    const terminal = new Proxy(stream, {
      get: (target, key) => (key === 'write' ? original.bind(target) : Reflect.get(target, key, target)),
    })
    // The cursor stays: whoever is killed leaves a terminal that is whole
    const area = createLogUpdate(terminal, { showCursor: true })
    const live = new LiveArea(area, () => (stream.write = original))
    stream.write = ((chunk: string | Uint8Array, ...others: unknown[]) => {
      live.above(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
      const done = others.at(-1)
      if (typeof done === 'function') (done as () => void)()
      return true
    }) as typeof stream.write
    return live
  }

  draw(lines: readonly string[]): void {
    this.area(lines.join('\n'))
  }

  /** Gives standard error back; the last picture stays, or goes. */
  close(keep: boolean): void {
    if (!keep) this.area.clear()
    this.area.done()
    this.restore()
    if (this.rest !== '') process.stderr.write(this.rest)
    this.rest = ''
  }

  /** Whole lines only: the beginning of one waits for its end. */
  private above(text: string): void {
    const lines = (this.rest + text).split('\n')
    this.rest = lines.pop() ?? ''
    if (lines.length > 0) this.area.persist(lines.join('\n'))
  }
}
