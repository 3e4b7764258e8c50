// HOST. What a command in the sandbox is given, what it may take, and what is told of it.
import {
  COMMAND_DISK_MB,
  COMMAND_FILE_BYTES,
  COMMAND_MEMORY_MB,
  COMMAND_PRINTED_BYTES,
  COMMAND_PROCESSES,
  COMMAND_TIMEOUT_MS,
} from './limits'
import type { Lent } from './lending/lending'
import type { Resolve } from './network/resolve'

export interface SandboxLimits {
  timeoutMs: number
  /** Of all its processes together. */
  memoryMb: number
  /** At the same time. */
  processes: number
  /** Printed in all; the end of it is kept. */
  outputBytes: number
  /** Of one file that it writes. */
  fileBytes: number
  /** On disk, of directory and report together. */
  diskMb: number
}

export const DEFAULT_LIMITS: SandboxLimits = {
  timeoutMs: COMMAND_TIMEOUT_MS,
  memoryMb: COMMAND_MEMORY_MB,
  processes: COMMAND_PROCESSES,
  outputBytes: COMMAND_PRINTED_BYTES,
  fileBytes: COMMAND_FILE_BYTES,
  diskMb: COMMAND_DISK_MB,
}

export interface SandboxOptions {
  /** Program and arguments. */
  command: readonly string[]
  /** A materialised copy: the working directory, and besides a private /tmp the only thing that is writable. */
  directory: string
  /** Further files and directories, readable at the paths that they have here. */
  readOnly?: readonly string[]
  /** Directories that it finds elsewhere, or within the copy, read-only; only in the sandbox. */
  lend?: readonly Lent[]
  /** Where it finds the copy as well, absolute, for packages that name it so; only in the sandbox, and where nothing else is. */
  alias?: string
  /** Files and directories below the user's home, of which its own home has a copy that is thrown away; only in the sandbox. */
  homePaths?: readonly string[]
  /** A writable directory for reports; the command finds its path in the variable TROUPE_REPORT. */
  report?: string
  /** All of the environment besides PATH, HOME, TMPDIR, LANG, CI and NO_COLOR. */
  env?: Record<string, string>
  /**
   * Hosts that it may reach over HTTP and HTTPS, by a proxy that programs find in their environment; none unless given. Means
   * nothing without the sandbox.
   */
  network?: readonly string[]
  /** How names of hosts are found; the system's way, unless a test has its own. */
  resolve?: Resolve
  limits?: Partial<SandboxLimits>
  /** What it reads from standard input, which is empty otherwise. */
  stdin?: string
  /** Told of both outputs as they come, up to the limit: the result holds their end only. */
  onOutput?(chunk: Uint8Array): void
  /** Its abort ends the command with everything it started. */
  signal?: AbortSignal
  /** `none` runs it with the same limits, but with all that this user may do. */
  sandbox: 'required' | 'none'
}

/** Which limit a command was ended for. */
export const EXCEEDED = ['memory', 'processes', 'output', 'time', 'disk'] as const
export type Exceeded = (typeof EXCEEDED)[number]

export interface SandboxResult {
  /** Null if it was ended by a signal. */
  exitCode: number | null
  signal: NodeJS.Signals | null
  exceeded?: Exceeded
  timedOut?: true
  /** Both outputs as they came, at most 64 KiB: the end. */
  output: string
  /** What it tried to reach and was refused, a sentence for each host. */
  refusedHosts?: string[]
  durationMs: number
  sandboxed: boolean
}
