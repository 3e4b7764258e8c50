// HOST. What is kept of a program's output: the beginning up to a limit, or the end; the rest is counted and forgotten, so
// that memory stays bounded whatever a program prints.

/** Keeps the first `limit` bytes and counts all. */
export class CappedOutput {
  #bytes = Buffer.alloc(0)
  #kept = 0
  /** All bytes that came, kept or not. */
  total = 0

  constructor(private readonly limit: number) {}

  write(chunk: Buffer): void {
    this.total += chunk.length
    const wanted = chunk.subarray(0, this.limit - this.#kept)
    if (wanted.length === 0) return
    this.#reserve(this.#kept + wanted.length)
    // Copied: a small chunk would otherwise keep the larger buffer alive that it is a part of.
    wanted.copy(this.#bytes, this.#kept)
    this.#kept += wanted.length
  }

  get exceeded(): boolean {
    return this.total > this.limit
  }

  text(): string {
    return this.#bytes.toString('utf8', 0, this.#kept)
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return
    const larger = Buffer.alloc(Math.min(this.limit, Math.max(size, this.#bytes.length * 2)))
    this.#bytes.copy(larger)
    this.#bytes = larger
  }
}

/** Keeps the last `limit` bytes in pieces, so that many small ones cost no copying of all, and counts all. */
export class OutputTail {
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

  /** Bytes before those that are kept. */
  get missing(): number {
    return Math.max(0, this.total - this.limit)
  }

  /** Without the half of a character that the cut may have left at its beginning. */
  text(): string {
    const text = Buffer.concat(this.#pieces).subarray(-this.limit).toString('utf8')
    return this.missing > 0 ? text.replace(/^\uFFFD+/, '') : text
  }
}
