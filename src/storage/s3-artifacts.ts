// HOST. Artifacts as objects of a bucket, named by their hash: `artifacts/<two digits>/<sha256>`.
import { artifactNotFound, artifactPath, isArtifactId, sha256, verified } from './artifact-ids'
import type { S3Objects } from './s3-objects'
import type { ArtifactId, ArtifactStore } from './store'

export class S3Artifacts implements ArtifactStore {
  constructor(private readonly objects: S3Objects) {}

  async put(content: Uint8Array | string): Promise<ArtifactId> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    const id = sha256(bytes)
    if ((await this.objects.size(keyOf(id))) !== bytes.byteLength) await this.objects.put(keyOf(id), bytes)
    return id
  }

  async get(id: ArtifactId): Promise<Buffer> {
    const bytes = isArtifactId(id) ? await this.objects.get(keyOf(id)) : undefined
    if (!bytes) throw artifactNotFound(this.objects.place, id)
    return verified(bytes, id, keyOf(id))
  }

  async has(id: ArtifactId): Promise<boolean> {
    return isArtifactId(id) && (await this.objects.size(keyOf(id))) !== undefined
  }
}

function keyOf(id: ArtifactId): string {
  return ['artifacts', ...artifactPath(id)].join('/')
}
