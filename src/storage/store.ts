// HOST. What a store is: artifacts and records, whatever keeps them. Drivers stand beside this file.
import type { JsonValue } from '../contract/json'
import type { StoreIdentity } from '../contract/run'

/** SHA-256 of an artifact's bytes, as 64 lower-case hexadecimal digits. */
export type ArtifactId = string

/** Bytes by their hash. Nothing is ever changed or removed. Every method may fail with `StoreUnavailable`. */
export interface ArtifactStore {
  /** Keeps bytes (a text as UTF-8), durably, and returns their id. Keeping the same again costs and changes nothing. */
  put(content: Uint8Array | string): Promise<ArtifactId>
  /**
   * @throws TroupeError `ArtifactNotFound` if this store does not hold it
   * @throws TroupeError `ArtifactCorrupt` if what it holds has another hash
   */
  get(id: ArtifactId): Promise<Buffer>
  has(id: ArtifactId): Promise<boolean>
}

/**
 * Small named entries, each created once and never changed. A name is any string; `/` divides it for people and for
 * listing, and `a` and `a/b` may both exist. Every method may fail with `StoreUnavailable`.
 */
export interface RecordStore {
  /**
   * Creates the record, durably, unless it exists: of several writers one wins, and all get the value that stands.
   * The value is returned as JSON gives it back.
   *
   * @example
   * const { created, value } = await store.records.create('runs/docs-x1y2/owner', { process: 42 })
   */
  create(name: string, value: JsonValue): Promise<{ created: boolean; value: JsonValue }>
  /** The record's value; undefined if there is none. */
  read(name: string): Promise<JsonValue | undefined>
  /** The names that start with the prefix, in order of their UTF-16 code units. The empty prefix lists all. */
  list(prefix: string): Promise<string[]>
}

/** One place for artifacts and records, shared by every process that works on a run. */
export interface Store {
  /** `id` is created with the store and stays; `location` is an absolute path or URL. */
  readonly identity: StoreIdentity
  readonly artifacts: ArtifactStore
  readonly records: RecordStore
}
