// PURE. Every way in which Troupe refuses or fails: one error class, one list of codes.
import { preview } from './json'

/** What a failed call, run or subtask says of itself. Codes are stable names to match on; messages are for people. */
export const ERROR_CODES = [
  // Refused before anything starts
  'InvalidPlan',
  'InvalidInput',
  'InvalidTeam',
  'InvalidUsage',
  'RunAlreadyExists',
  'RunNotFound',
  'SubtaskNotFound',
  'DeliveryRefused',
  // What a person told a run, and it would not have
  'DecisionRefused',
  'ChangeRefused',
  'StalePlanVersion',
  'RetryRefused',
  'ReplayFailed',
  // The surroundings
  'ConnectionFailed',
  'NamespaceNotFound',
  'ServerUnavailable',
  'NoWorker',
  'ModelNotConfigured',
  'PriceUnknown',
  'SandboxUnavailable',
  'StoreUnavailable',
  'StoreMismatch',
  'ArtifactNotFound',
  'ArtifactCorrupt',
  // A subtask that failed, or was never run
  'AgentFailed',
  'CannotHandle',
  'Rejected',
  'NobodyDecided',
  'InvalidPayload',
  'ReferenceNotFound',
  'OutputRejected',
  'OutputTooLarge',
  'TooManyTokens',
  'Timeout',
  'DeadlineExceeded',
  'WorkerLost',
  'WorkerShutdown',
  'CommandFailed',
  'CommandNotFound',
  'CommandsNotAllowed',
  'ProcessCrashed',
  'ToolServerUnavailable',
  'ModelUnavailable',
  'ModelRefused',
  'NoRecordedAnswer',
  'BudgetExceeded',
  'Suspended',
  'UnknownOutcome',
  'EffectConflict',
  'TestsFailed',
  'PathRefused',
  'NetworkRefused',
  'SecretMissing',
  'EffectRefused',
  'PatchConflict',
  'InvalidSpawn',
  'SpawnLimitExceeded',
  'EventLimitExceeded',
  'SpawnedSubtaskFailed',
  'DependencyFailed',
  'ConditionNotMet',
  'SkippedByPerson',
  'Cancelled',
  // The run as a whole, and ourselves
  'RunFailed',
  'Internal',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** Of whatever came as one, over the wire or from another process. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return (ERROR_CODES as readonly unknown[]).includes(code)
}

/** One thing that is wrong with what was handed in, and where it stands. */
export interface Problem {
  /** The place as a path, for example `subtasks[2].dependsOn[0]`; empty for the whole. */
  path: string
  /** The subtask's id, where the problem lies in one. */
  subtask?: string
  /** What is wrong, with the value. */
  message: string
  /** The choices, or what to do. */
  hint?: string
}

export interface TroupeErrorOptions {
  /** What to do about it, or the choices there are. */
  hint?: string
  /** Whether the same call may succeed later, unchanged. False unless said. */
  retryable?: boolean
  /** When to try again, in milliseconds from now, where the other side has said so. */
  retryAfterMs?: number
  /** All that is wrong at once, for refusals of a plan or an input. */
  problems?: Problem[]
  cause?: unknown
}

/**
 * The only error class that Troupe throws on purpose.
 *
 * @example
 * throw new TroupeError('RunNotFound', 'there is no run "docs-x1y2"', { hint: 'troupe list shows the runs' })
 */
export class TroupeError extends Error {
  override readonly name = 'TroupeError'
  readonly code: ErrorCode
  readonly hint?: string
  readonly retryable: boolean
  readonly retryAfterMs?: number
  readonly problems: Problem[]

  constructor(code: ErrorCode, message: string, options: TroupeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    if (options.hint !== undefined) this.hint = options.hint
    this.retryable = options.retryable ?? false
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs
    this.problems = options.problems ?? []
  }
}

/** Characters of a thrown value that is no error: enough to know it again. */
const MAX_THROWN = 500

/** The text of anything that was thrown. By shape: an error may come from another realm, or from another copy of a class. */
export function messageOf(error: unknown): string {
  const message = (error as { message?: unknown } | null | undefined)?.message
  if (typeof message === 'string') return message
  return typeof error === 'string' ? error : preview(error, MAX_THROWN)
}

/** The same failure as a TroupeError, if it is one: by shape, for the same reason. */
export function asTroupeError(error: unknown): TroupeError | undefined {
  if (error instanceof TroupeError) return error
  const { name, code, hint, retryable, retryAfterMs, problems } = (error ?? {}) as Partial<TroupeError>
  if (name !== 'TroupeError' || !isErrorCode(code)) return undefined
  return new TroupeError(code, messageOf(error), {
    hint,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    problems,
    cause: error,
  })
}

/** The same for what must be one: whatever nobody foresaw is `Internal`. */
export function toTroupeError(error: unknown): TroupeError {
  return asTroupeError(error) ?? new TroupeError('Internal', messageOf(error), { cause: error })
}

/** What keeps a model from answering. */
export const MODEL_FAILURES: readonly ErrorCode[] = [
  'ModelNotConfigured',
  'ModelRefused',
  'ModelUnavailable',
  'NoRecordedAnswer',
]
/** What says of the run, or of a provider, more than its author's code knows: it counts through whatever it is wrapped in. */
const LASTING: readonly ErrorCode[] = [
  'BudgetExceeded',
  'PriceUnknown',
  'UnknownOutcome',
  'EffectConflict',
  'EffectRefused',
  ...MODEL_FAILURES,
]
/** Whether an agent's author can do nothing about it, in whatever code it comes up. */
export function isLasting(code: ErrorCode): boolean {
  return LASTING.includes(code)
}

/** Causes that are looked at: a circle of them ends. */
const MAX_CAUSES = 10

/** The same as `asTroupeError`; and where an author's error was caused by a model's failure, the cap or an effect, that, in both's words. */
export function decisiveError(error: unknown): TroupeError | undefined {
  const own = asTroupeError(error)
  if (own) return own
  let cause = (error as Error | null | undefined)?.cause
  for (let depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
    const known = asTroupeError(cause)
    if (known && LASTING.includes(known.code)) {
      const { code, message, hint, retryable, retryAfterMs } = known
      return new TroupeError(code, `${messageOf(error)}: ${message}`, { hint, retryable, retryAfterMs, cause: known })
    }
    cause = (cause as Error).cause
  }
  return undefined
}
