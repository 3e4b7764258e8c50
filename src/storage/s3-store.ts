// HOST. A store in a bucket of Amazon S3, or of a service that speaks its protocol. Opening it tries out what records stand on: that
// of several creations of one key only the first succeeds.
import { randomUUID } from 'node:crypto'
import { TroupeError } from '../contract/errors'
import { identityIn } from './identity'
import { S3Artifacts } from './s3-artifacts'
import { parseS3Location } from './s3-location'
import { S3Objects } from './s3-objects'
import { S3Records } from './s3-records'
import type { Store } from './store'

/** The object with the store's id; there is no store without it. */
const IDENTITY = 'store.json'

export interface S3StoreOptions {
  /** `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`; keys come from the environment, as for every AWS tool. */
  location: string
  /** False opens what exists, for reading: nothing is created or tried. */
  writable?: boolean
}

/**
 * Opens the store in a bucket, creating it where there is none. Needs the package `@aws-sdk/client-s3`.
 *
 * @throws TroupeError `StoreUnavailable` if it cannot be reached or read, or lacks conditional creation; `InvalidUsage`
 */
export async function openS3Store({ location, writable = true }: S3StoreOptions): Promise<Store> {
  const objects = await S3Objects.connect(location, parseS3Location(location))
  if (writable) {
    await probe(objects)
    await objects.createOnce(IDENTITY, Buffer.from(JSON.stringify({ id: randomUUID() })))
  }
  return {
    identity: { id: await readIdentity(objects), location },
    artifacts: new S3Artifacts(objects),
    records: new S3Records(objects),
  }
}

/**
 * A service that takes both would have two executions act at once. And keys that may not list are told of all that is missing
 * that it is forbidden: better now than in the middle of a run.
 */
async function probe(objects: S3Objects): Promise<void> {
  const key = `probe/${randomUUID()}`
  const bytes = Buffer.from('a second creation of this must be refused')
  try {
    await objects.list(key)
    await objects.get(key)
    // The first may be refused too, where its answer was lost and the SDK sent it again
    await objects.createOnce(key, bytes)
    if (!(await objects.createOnce(key, bytes))) return
    throw new TroupeError(
      'StoreUnavailable',
      `the store ${objects.place} takes a second creation of the same object: it does not heed If-None-Match`,
      { hint: 'use a service that has conditional writes, as Amazon S3 does' },
    )
  } finally {
    await objects.remove(key).catch(() => undefined)
  }
}

async function readIdentity(objects: S3Objects): Promise<string> {
  return identityIn((await objects.get(IDENTITY))?.toString(), objects.place, IDENTITY)
}
