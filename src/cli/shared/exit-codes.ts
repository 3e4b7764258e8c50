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
  /** The model's provider refused, or did not answer. */
  model: 4,
  /** What the agents made was tried, and its tests failed. */
  tests: 5,
  internal: 6,
  /** A budget is used up. */
  budget: 7,
  /** Ctrl-C: the run goes on. */
  detached: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const USAGE: readonly ErrorCode[] = [
  'InvalidPlan',
  'InvalidInput',
  'InvalidUsage',
  'InvalidTeam',
  'TooManyTokens',
  'RunNotFound',
  'SubtaskNotFound',
  'RunAlreadyExists',
  'CommandsNotAllowed',
  'DeliveryRefused',
  'DecisionRefused',
  'ChangeRefused',
  'StalePlanVersion',
  'RetryRefused',
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
  'ModelNotConfigured',
  'PriceUnknown',
  'SandboxUnavailable',
]
/** Why a run failed, where a script would do something else about it. */
const OF_RUNS: Partial<Record<ErrorCode, ExitCode>> = {
  ModelUnavailable: EXIT.model,
  ModelRefused: EXIT.model,
  NoRecordedAnswer: EXIT.model,
  TestsFailed: EXIT.tests,
  BudgetExceeded: EXIT.budget,
  ModelNotConfigured: EXIT.surroundings,
  PriceUnknown: EXIT.surroundings,
  SandboxUnavailable: EXIT.surroundings,
}

/** Of an error that ended the command itself. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === 'Internal') return EXIT.internal
  if (USAGE.includes(code)) return EXIT.usage
  return SURROUNDINGS.includes(code) ? EXIT.surroundings : runExitCode({ status: 'failed', code })
}

/** Of a run that has ended: its own failure's code decides, where it has one. */
export function runExitCode({ status, code }: { status: string; code?: ErrorCode }): ExitCode {
  if (status === 'succeeded') return EXIT.done
  return (status === 'failed' && code && OF_RUNS[code]) || EXIT.failed
}
