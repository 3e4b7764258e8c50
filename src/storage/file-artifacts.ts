// HOST. Artifacts as files, named by their hash: `<two digits>/<sha256>`.
import path from 'node:path'
import { artifactNotFound, artifactPath, isArtifactId, sha256, verified } from './artifact-ids'
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
    if (!bytes) throw artifactNotFound(this.files.directory, id)
    return verified(bytes, id, this.fileOf(id))
  }

  async has(id: ArtifactId): Promise<boolean> {
    return isArtifactId(id) && (await this.files.size(this.fileOf(id))) !== undefined
  }

  private fileOf(id: ArtifactId): string {
    return path.join(this.directory, ...artifactPath(id))
  }
}
