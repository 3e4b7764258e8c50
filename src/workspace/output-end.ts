// HOST. The end of what a command prints; what came before is counted and forgotten.

/** Keeps the last `limit` bytes in pieces, so that many small ones cost no copying of all. */
export class OutputEnd {
  readonly #pieces: Buffer[] = []
  #kept = 0
  /** All bytes that came, kept or not. */
  total = 0

  constructor(private readonly limit: number) {}

  write(piece: Buffer): void {
    this.total += piece.length
    // Copied: a small piece would keep the larger buffer alive that it is a part of.
    const copy = Buffer.from(piece.subarray(-this.limit))
    this.#pieces.push(copy)
    this.#kept += copy.length
    while (this.#kept - (this.#pieces[0]?.length ?? 0) >= this.limit) this.#kept -= this.#pieces.shift()?.length ?? 0
  }

  /** Says in its first line how much is missing before it. */
  text(): string {
    const end = Buffer.concat(this.#pieces).subarray(-this.limit)
    const missing = this.total - end.length
    if (missing === 0) return end.toString('utf8')
    // Without the half of a character that the cut may have left.
    return `[${missing.toLocaleString('en')} bytes before this are left out]\n${end.toString('utf8').replace(/^\uFFFD+/, '')}`
  }
}
