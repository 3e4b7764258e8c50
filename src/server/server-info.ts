// HOST. What the rest of Troupe is told about a server, and what it may ask for.

/** A Temporal server that can be connected to. */
export interface ServerInfo {
  /** `host:port` of the gRPC front end. */
  address: string
  /** The web UI, where we know it. */
  uiUrl?: string
  /** The namespace to work in. It is not checked here when the environment names it. */
  namespace: string
  /** `environment`: named by `TEMPORAL_ADDRESS` or a Temporal profile; `dev-server`: started by Troupe. */
  origin: 'environment' | 'dev-server'
  /** Our own server's process. */
  pid?: number
  /** The executable that it runs. */
  binary?: string
  /** Its database; absent when it keeps everything in memory. */
  databaseFile?: string
}

export interface FindServerOptions {
  /** The directory of the server's state, log and database. Default: `stateDirectory()`. */
  stateDir?: string
}

export interface EnsureServerOptions extends FindServerOptions {
  /** Called with one line for a person whenever something takes its time. */
  onProgress?: (line: string) => void
  /** Namespaces that must exist beside `default`; those missing are created. */
  namespaces?: string[]
  /** Exactly this gRPC port. Default: 7233 or the next free one; any free one when ephemeral. */
  port?: number
  /** Exactly this UI port. Default: 8233 or the next free one; no UI when ephemeral. */
  uiPort?: number
  /** In memory: nothing outlives the server. For tests. */
  ephemeral?: boolean
}
