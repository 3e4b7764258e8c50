// HOST. Where the store is when nobody says.
import path from 'node:path'
import { isS3Location } from './s3-location'

/** The store's directory, absolute, or its place in a bucket: `TROUPE_STORE`, else `store` in `TROUPE_DIR`, else `.troupe/store` here. */
export function defaultStoreLocation(): string {
  const { TROUPE_STORE: store, TROUPE_DIR: directory } = process.env
  if (store && isS3Location(store)) return store
  return store ? path.resolve(store) : path.resolve(directory || '.troupe', 'store')
}
