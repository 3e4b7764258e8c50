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

/** Keeps the last `limit` bytes. */
export class OutputTail {
  #bytes = Buffer.alloc(0)

  constructor(private readonly limit: number) {}

  write(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(-this.limit)]).subarray(-this.limit)
  }

  /** Without the half of a character that the cut may have left at its beginning. */
  text(): string {
    const cut = this.#bytes.length === this.limit
    return this.#bytes
      .toString('utf8')
      .replace(cut ? /^\uFFFD+/ : /^$/, '')
      .trimEnd()
  }
}
