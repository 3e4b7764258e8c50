// HOST. What a snapshot is: an immutable tree of files, as data; the bytes are artifacts. And what a patch to it is.

/** Where bytes are kept by their SHA-256; `context.artifacts` is one. */
export interface Artifacts {
  put(content: Uint8Array | string): Promise<string>
  /** @throws TroupeError `ArtifactNotFound` */
  get(artifact: string): Promise<Uint8Array>
}

export interface SnapshotFile {
  artifact: string
  bytes: number
  executable?: true
}

/** Path → file. Paths are relative, with `/` between names, and confined (see paths.ts). */
export interface Snapshot {
  files: Record<string, SnapshotFile>
}

/** What an agent changes in a snapshot. */
export interface Patch {
  /** Files that are new or replaced whole. */
  write: Record<string, SnapshotFile>
  /** Paths that are removed. */
  remove: string[]
}
