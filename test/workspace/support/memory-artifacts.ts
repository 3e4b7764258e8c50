// Artifacts in memory, named as the store names them; a test may look on, or put a hand in between.
import { createHash } from 'node:crypto'
import { TroupeError } from '../../../src/contract/errors'
import type { Artifacts } from '../../../src/workspace/snapshot'

export class MemoryArtifacts implements Artifacts {
  readonly bytes = new Map<string, Uint8Array>()
  /** Called before each access, with the number of accesses so far. */
  between: (access: number) => void | Promise<void> = () => undefined
  #accesses = 0

  async put(content: Uint8Array | string): Promise<string> {
    await this.between(this.#accesses++)
    const bytes = Buffer.from(content as Uint8Array)
    const artifact = createHash('sha256').update(bytes).digest('hex')
    this.bytes.set(artifact, bytes)
    return artifact
  }

  async get(artifact: string): Promise<Uint8Array> {
    await this.between(this.#accesses++)
    const bytes = this.bytes.get(artifact)
    if (!bytes) throw new TroupeError('ArtifactNotFound', `there is no artifact ${artifact}`)
    return bytes
  }

  /** Whether a text is in any artifact. */
  holds(text: string): boolean {
    return [...this.bytes.values()].some((bytes) => Buffer.from(bytes).includes(text))
  }
}
