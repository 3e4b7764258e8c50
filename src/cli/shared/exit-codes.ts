// HOST. How the command ends, as a number: what a script branches on.
import type { ErrorCode } from '../../contract/errors'

export const EXIT = {
  done: 0,
  /** The run failed or was cancelled. */
  failed: 1,
  /** Nothing was started: the call or the plan was wrong. */
  usage: 2,
  /** The surroundings: configuration, connection, store. */
  surroundings: 3,
  internal: 6,
  /** Ctrl-C: the run goes on. */
  detached: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const USAGE: readonly ErrorCode[] = [
  'InvalidPlan',
  'InvalidInput',
  'InvalidUsage',
  'InvalidTeam',
  'RunNotFound',
  'SubtaskNotFound',
  'RunAlreadyExists',
  'CommandsNotAllowed',
]
const SURROUNDINGS: readonly ErrorCode[] = [
  'ConnectionFailed',
  'NamespaceNotFound',
  'ServerUnavailable',
  'StoreUnavailable',
  'StoreMismatch',
  'NoWorker',
  'ArtifactNotFound',
  'ArtifactCorrupt',
]

/** All codes that are left say why a run or a subtask failed. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === 'Internal') return EXIT.internal
  if (USAGE.includes(code)) return EXIT.usage
  return SURROUNDINGS.includes(code) ? EXIT.surroundings : EXIT.failed
}
