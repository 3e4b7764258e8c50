// HOST. Artifacts as files, named by their hash: `<two digits>/<sha256>`.
import { createHash } from 'node:crypto'
import path from 'node:path'
import { TroupeError } from '../contract/errors'
import type { DurableFiles } from './durable-files'
import type { ArtifactId, ArtifactStore } from './store'

export class FileArtifacts implements ArtifactStore {
  constructor(
    private readonly files: DurableFiles,
    private readonly directory: string,
  ) {}

  async put(content: Uint8Array | string): Promise<ArtifactId> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    const id = sha256(bytes)
    const file = this.fileOf(id)
    // Another size under this name is damage from outside, which can be made good here.
    if ((await this.files.size(file)) !== bytes.byteLength) await this.files.replace(file, bytes)
    return id
  }

  async get(id: ArtifactId): Promise<Buffer> {
    const bytes = isArtifactId(id) ? await this.files.read(this.fileOf(id)) : undefined
    if (!bytes) {
      throw new TroupeError(
        'ArtifactNotFound',
        `the store ${this.files.directory} has no artifact ${JSON.stringify(id)}`,
        {
          hint: 'use the store that the run uses: TROUPE_STORE names its directory',
        },
      )
    }
    const actual = sha256(bytes)
    if (actual !== id) {
      throw new TroupeError('ArtifactCorrupt', `the artifact ${this.fileOf(id)} is damaged: its hash is ${actual}`, {
        hint: 'restore the file from a copy, or remove it and run again what made it',
      })
    }
    return bytes
  }

  async has(id: ArtifactId): Promise<boolean> {
    return isArtifactId(id) && (await this.files.size(this.fileOf(id))) !== undefined
  }

  private fileOf(id: ArtifactId): string {
    return path.join(this.directory, id.slice(0, 2), id)
  }
}

function isArtifactId(id: string): boolean {
  return /^[0-9a-f]{64}$/.test(id)
}

function sha256(bytes: Uint8Array): ArtifactId {
  return createHash('sha256').update(bytes).digest('hex')
}
