// HOST. Where the store is when nobody says.
import path from 'node:path'

/** The store's directory, absolute: `TROUPE_STORE`, else `store` in `TROUPE_DIR`, else `.troupe/store` here. */
export function defaultStoreDirectory(): string {
  const { TROUPE_STORE: store, TROUPE_DIR: directory } = process.env
  return store ? path.resolve(store) : path.resolve(directory || '.troupe', 'store')
}
