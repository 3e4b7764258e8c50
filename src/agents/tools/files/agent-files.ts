// HOST. The files that an agent works on: a snapshot of its own, which changes with each call that writes. Nothing of it lies
// on a disk but while a command runs, so that no path and no link can lead anywhere else.
import { createHash } from 'node:crypto'
import { TroupeError } from '../../../contract/errors'
import { isObject, preview } from '../../../contract/json'
import { SNAPSHOT_KEY } from '../../../contract/tools'
import type { Artifacts, Snapshot } from '../../../workspace/snapshot'
import { EMPTY_SNAPSHOT, loadSnapshot, storeSnapshot } from '../../../workspace/snapshots'

/** Bytes of files that are kept in memory: reading and searching go over the same ones again and again. */
const CACHE_BYTES = 64 * 1024 * 1024

export class AgentFiles {
  readonly artifacts: Artifacts
  private loaded?: { id: string; snapshot: Snapshot }

  private constructor(
    artifacts: Artifacts,
    /** The artifact of the snapshot that stands. */
    private current: string,
  ) {
    this.artifacts = cached(artifacts)
  }

  /**
   * What a payload names as its snapshot, or no files.
   *
   * @throws TroupeError `InvalidPayload` for what is no artifact, `ArtifactNotFound`, `ArtifactCorrupt`
   */
  static async open(artifacts: Artifacts, payload: unknown): Promise<AgentFiles> {
    const named = isObject(payload) ? payload[SNAPSHOT_KEY] : undefined
    if (named === undefined) return new AgentFiles(artifacts, await storeSnapshot(artifacts, EMPTY_SNAPSHOT))
    if (typeof named !== 'string' || !/^[0-9a-f]{64}$/.test(named))
      throw new TroupeError('InvalidPayload', `payload.${SNAPSHOT_KEY} is ${preview(named)}, which is no artifact`, {
        hint: 'the SHA-256 of a snapshot in the store, as another agent returns it: {"$from": "<id>", "path": "/snapshot"}',
      })
    const files = new AgentFiles(artifacts, named)
    await files.snapshot()
    return files
  }

  get id(): string {
    return this.current
  }

  async snapshot(): Promise<Snapshot> {
    if (this.loaded?.id !== this.current)
      this.loaded = { id: this.current, snapshot: await loadSnapshot(this.artifacts, this.current) }
    return this.loaded.snapshot
  }

  /** Keeps other files; they are the agent's own once `take` says so. Returns their artifact. */
  async keep(snapshot: Snapshot): Promise<string> {
    return storeSnapshot(this.artifacts, snapshot)
  }

  /** From here on the agent works on this one. */
  take(id: string): void {
    this.current = id
  }
}

/** What was read or written before is neither read nor written again, as far as it fits. */
function cached(artifacts: Artifacts): Artifacts {
  const kept = new Map<string, Uint8Array>()
  let bytes = 0
  const keep = (id: string, content: Uint8Array): void => {
    if (kept.has(id) || content.byteLength > CACHE_BYTES) return
    kept.set(id, content)
    bytes += content.byteLength
    for (const [oldest, { byteLength }] of kept) {
      if (bytes <= CACHE_BYTES) return
      kept.delete(oldest)
      bytes -= byteLength
    }
  }
  return {
    async put(content) {
      const copy = Buffer.from(content as Uint8Array)
      const id = createHash('sha256').update(copy).digest('hex')
      if (kept.has(id)) return id
      const stored = await artifacts.put(copy)
      keep(stored, copy)
      return stored
    },
    async get(id) {
      const found = kept.get(id) ?? (await artifacts.get(id))
      keep(id, found)
      return found
    },
  }
}
