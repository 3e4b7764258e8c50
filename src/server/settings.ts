// HOST. How our own server is set: version, ports, limits, tuning and the arguments that it is started with.
import { SEARCH_ATTRIBUTES } from '../contract/names'

/** The CLI that is installed where none is found. Later ones carry a `replace` in go.mod, which `go install` refuses. */
export const CLI_VERSION = '1.5.1'
/** Our server is for this machine alone. */
export const LOOPBACK = '127.0.0.1'
/** Temporal's own defaults, so that its CLI and SDKs find the server unconfigured. */
export const DEFAULT_PORT = 7233
export const DEFAULT_UI_PORT = 8233
export const DEFAULT_NAMESPACE = 'default'
/** How many ports after the default are tried: enough for the projects that one person has open. */
export const PORTS_TRIED = 50
/** Starts that lose their port to another program between look and bind are tried again this often. */
export const START_ATTEMPTS = 3
/** A start takes 1-2 s here; a loaded machine with a large database may need far longer. */
export const START_TIMEOUT_MS = 60_000
/** One health check of a running server: loopback answers in milliseconds, so silence this long is an answer. */
export const HEALTH_TIMEOUT_MS = 3_000
/** How long a server that is told to stop may take (1-2 s here) before it is killed. */
export const STOP_TIMEOUT_MS = 10_000
/** How long closed runs stay readable on our server; Temporal's dev server forgets them after a day. */
export const RETENTION_SECONDS = 30 * 24 * 60 * 60

/** What makes the dev server fast and complete enough for Troupe. Keys and values are those of Temporal's dynamic config. */
export const DYNAMIC_CONFIG: Record<string, number | boolean> = {
  // 20 by default, which makes every hop of a workflow wait up to 50 ms on the dev server's single shard.
  'history.transferProcessorMaxPollRPS': 2000,
  // One partition spares a hop between partitions; one machine needs no more.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // Lets a workflow worker start an activity of its own queue without a round trip.
  'system.enableActivityEagerExecution': true,
  // One by default: further queries during a workflow task are refused.
  'history.MaxBufferedQueryCount': 100,
  // 100 by default: a workflow that is told more during a workflow task must begin that anew, and falls further behind.
  'history.maximumBufferedEventsBatch': 2000,
  // Without it, priorities have no effect.
  'matching.useNewMatcher': true,
}

/** Write-ahead logging: 17 ms a hop instead of 28, and still safe against a killed server. */
const SQLITE_PRAGMAS = ['journal_mode=wal', 'synchronous=normal']

export interface LaunchSettings {
  port: number
  /** Absent: no UI. */
  uiPort?: number
  /** Absent: in memory. */
  databaseFile?: string
  namespaces: string[]
}

/** The arguments of `temporal` for our server. */
export function launchArguments({ port, uiPort, databaseFile, namespaces }: LaunchSettings): string[] {
  return [
    ...['server', 'start-dev', '--ip', LOOPBACK, '--port', String(port), '--log-level', 'warn'],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(databaseFile ? ['--db-filename', databaseFile] : []),
    ...(databaseFile ? SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]) : []),
    ...namespaces.flatMap((namespace) => ['--namespace', namespace]),
    ...Object.values(SEARCH_ATTRIBUTES).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
  ]
}
