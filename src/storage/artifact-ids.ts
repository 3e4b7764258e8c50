// PURE. What names an artifact: the hash of its bytes.
import { createHash } from 'node:crypto'
import { TroupeError } from '../contract/errors'
import type { ArtifactId } from './store'

export function sha256(bytes: Uint8Array): ArtifactId {
  return createHash('sha256').update(bytes).digest('hex')
}

export function isArtifactId(id: string): boolean {
  return /^[0-9a-f]{64}$/.test(id)
}

/** Where an artifact is, below the place of all. */
export function artifactPath(id: ArtifactId): [string, string] {
  return [id.slice(0, 2), id]
}

export function artifactNotFound(store: string, id: string): TroupeError {
  return new TroupeError('ArtifactNotFound', `the store ${store} has no artifact ${JSON.stringify(id)}`, {
    hint: 'use the store that the run uses: TROUPE_STORE names it',
  })
}

/** The bytes, if they are what the name says. @throws TroupeError `ArtifactCorrupt` */
export function verified(bytes: Buffer, id: ArtifactId, place: string): Buffer {
  const actual = sha256(bytes)
  if (actual === id) return bytes
  throw new TroupeError('ArtifactCorrupt', `the artifact ${place} is damaged: its hash is ${actual}`, {
    hint: 'restore it from a copy, or remove it and run again what made it',
  })
}
