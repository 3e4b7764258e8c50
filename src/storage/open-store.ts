// HOST. Opens a store by where it is: a directory, or a bucket.
import { openFileStore } from './file-store'
import { isS3Location } from './s3-location'
import { openS3Store } from './s3-store'
import type { Store } from './store'

/**
 * `location`: a directory, or `s3://BUCKET/PREFIX`. `writable: false` opens what exists, for reading.
 * @throws TroupeError `StoreUnavailable`, `InvalidUsage`
 */
export function openStore(location: string, { writable = true } = {}): Promise<Store> {
  return isS3Location(location) ? openS3Store({ location, writable }) : openFileStore({ directory: location, writable })
}
