// PURE. The way of published events to their run: one signal at a time, which takes along all that came in the meantime.
import { utf8Bytes } from './json'
import { PUBLISHED_BYTES_TOGETHER, PUBLISHED_TOGETHER } from './limits'
import type { PublishInput } from './messages'

interface Waiting {
  event: PublishInput
  bytes: number
  resolve(): void
  reject(error: unknown): void
}

/** A run that is told much has fewer messages to read, and its log has a publisher's events in the order of the calls. */
export class PublishLine {
  private readonly waiting: Waiting[] = []
  private working: Promise<void> | undefined

  /** `send` resolves when Temporal has them. */
  constructor(private readonly send: (events: PublishInput[]) => Promise<void>) {}

  /** Resolves when Temporal has it; rejects as `send` does, with all that went along. */
  publish({ type, payload, source, correlationId }: PublishInput): Promise<void> {
    // As it is now, for the caller may go on changing it; and no more of it than a log takes
    const text = JSON.stringify({ type, payload, source, correlationId })
    return new Promise((resolve, reject) => {
      this.waiting.push({ event: JSON.parse(text) as PublishInput, bytes: utf8Bytes(text), resolve, reject })
      this.working ??= this.work()
    })
  }

  /** Resolves when nothing is on its way any more. */
  async idle(): Promise<void> {
    while (this.working) await this.working
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      const together = this.waiting.splice(0, this.countTogether())
      try {
        await this.send(together.map(({ event }) => event))
        for (const { resolve } of together) resolve()
      } catch (error) {
        for (const { reject } of together) reject(error)
      }
    }
    this.working = undefined
  }

  /** One at least. */
  private countTogether(): number {
    let bytes = 0
    const tooMuch = this.waiting.slice(0, PUBLISHED_TOGETHER).findIndex((one, place) => {
      bytes += one.bytes
      return place > 0 && bytes > PUBLISHED_BYTES_TOGETHER
    })
    return tooMuch === -1 ? PUBLISHED_TOGETHER : tooMuch
  }
}
