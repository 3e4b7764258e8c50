// PURE. Every limit that all sides share, each with its reason.

/** Subtasks in a run unless it says less, spawned and added ones included: one activation builds the graph of all, within 5 s. */
export const MAX_SUBTASKS = 100_000
/** Bytes of a plan as JSON. Above 256 KiB it travels by external storage, so only memory and patience bound it. */
export const MAX_PLAN_BYTES = 64 * 1024 * 1024
/** How deep a plan or its inputs may be nested: everything that reads it recurses, in processes that we do not choose. */
export const MAX_JSON_DEPTH = 100
/** How far away a deadline may be: Temporal's server counts in nanoseconds and overflows in the year 2262. */
export const MAX_DEADLINE_DAYS = 3_650
/** Cycles of a plan that are named: enough to see the pattern, where each subtask depends on each. */
export const MAX_NAMED_CYCLES = 50
/** Dependencies in a run: what one activation reads within its 5 s; a large graph travels by external storage. */
export const MAX_DEPENDENCIES = 1_000_000
/** Conditions of one subtask. */
export const MAX_CONDITIONS = 20
/** Reactions of a plan: each event is held against each. */
export const MAX_REACTIONS = 100
/** Bytes of what a person is asked for (choices and schema): it is kept in the run's state while the request is open. */
export const MAX_REQUEST_BYTES = 8 * 1024
/** Bytes of what a person gives: a signal or update of Temporal takes 2 MB, and a person writes less. */
export const MAX_GIVEN_BYTES = 256 * 1024
/** Characters of a comment or a reason: it stands in events and errors. */
export const MAX_COMMENT_LENGTH = 2_000
/** Bytes that failures of its dependencies may take in an execution's input: their messages are shortened to fit. */
export const FAILED_INPUT_BYTES = 16 * 1024
/** Characters of an authored id: what a person can read, and what fits Temporal's summaries. */
export const MAX_ID_LENGTH = 128
/** How deep spawned subtasks may spawn: an endless recursion ends here. */
export const MAX_SPAWN_DEPTH = 8
/** Bytes of JSON that an output may have to travel inline; larger ones are artifacts, so that history stays small. */
export const INLINE_OUTPUT_BYTES = 4 * 1024
/** Bytes of an event's payload: 1,000 events of this size are what one workflow keeps in memory, 16 MB at worst. */
export const MAX_EVENT_PAYLOAD_BYTES = 16 * 1024
/** Characters of an event's type, source and correlation id: they are names, not contents. */
export const MAX_EVENT_NAME_LENGTH = 256
/** Events that one signal may bring: a workflow task reads some thousand in its 5 s, and several signals with each. */
export const PUBLISHED_TOGETHER = 100
/** Bytes of such a signal, beyond one event: a tenth of what Temporal takes. */
export const PUBLISHED_BYTES_TOGETHER = 128 * 1024
/** History events above which nothing more is published: Temporal ends a run at 51,200, and its subtasks need the rest. */
export const MAX_PUBLISHING_HISTORY_EVENTS = 30_000
/** Bytes of history, likewise: Temporal ends a run at 50 MB. */
export const MAX_PUBLISHING_HISTORY_BYTES = 30 * 1024 * 1024
/** Agents of a team that are paused at once: each run of the team tells an event of each. */
export const MAX_PAUSED_AGENTS = 500
/** Newest events that the orchestrator keeps in memory. */
export const EVENTS_IN_MEMORY = 1_000
/** Events that are sealed into one segment: three history events for five hundred. */
export const EVENTS_PER_SEGMENT = 500
/** Bytes of events in memory above which the oldest are sealed earlier: a workflow's memory, and one segment's size. */
export const EVENT_BYTES_IN_MEMORY = 2 * 1024 * 1024
/** Events in one answer of the `events` query. */
export const EVENTS_PER_ANSWER = 256
/** Bytes of one answer, result or detail: half of the threshold (256 KiB) above which the UI and plain clients see only a reference. */
export const ANSWER_BYTES = 128 * 1024
/** Segments that one answer names: 128 KiB hold some thousand. */
export const SEGMENTS_PER_ANSWER = 256
/** History events and bytes from which a run looks for a quiet moment to continue as new: Temporal suggests it there. */
export const CONTINUE_AFTER_EVENTS = 4_096
export const CONTINUE_AFTER_BYTES = 4 * 1024 * 1024
/** The same, from which it drains: it starts nothing until what is in flight has ended. Temporal ends a run at 51,200 and 50 MB. */
export const DRAIN_AFTER_EVENTS = 20_000
export const DRAIN_AFTER_BYTES = 20 * 1024 * 1024
/** Signals and updates of one link of a run, likewise: Temporal takes 10,000 and 2,000. */
export const DRAIN_AFTER_SIGNALS = 5_000
export const DRAIN_AFTER_UPDATES = 1_000
/** The longest time for which nothing is started in the hope of a quiet moment. */
export const QUIET_MS = 2_000
/** So long no signal may have come: one that comes while the run continues as new makes the server refuse that. */
export const CALM_MS = 100
/** The longest wait for such a calm; then it is tried all the same. Temporal holds signals back at the second attempt. */
export const CALM_PATIENCE_MS = 5_000
/** Activities of one run in flight at once: Temporal allows 2,000 and advises 500. */
export const MAX_IN_FLIGHT = 500
/** Evaluations and the like of one run in flight at once: each reads or writes a few records. */
export const MAX_INNER_IN_FLIGHT = 50
/** Activities scheduled in one workflow task: about 600 already time it out. */
export const SCHEDULED_PER_WORKFLOW_TASK = 100

/** Defaults of an agent's configuration. */
export const AGENT_DEFAULTS = {
  version: '1.0.0',
  /** Start-to-close of one attempt. */
  timeoutMs: 60_000,
  /** Slots of one worker process. */
  maxConcurrency: 4,
  /** Attempts in all, from the first delay on, doubling. */
  retry: { maximumAttempts: 3, initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: 60_000 },
  /** Silence after which Temporal gives an attempt's worker up; an attempt heartbeats every second. */
  heartbeatTimeoutMs: 10_000,
} as const
/** The longest `timeoutMs`: a day; what takes longer is several subtasks. */
export const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000
/** The most slots of one worker process: what one event loop can heartbeat for. */
export const MAX_CONCURRENCY = 1_000
/** Tokens that a run's model calls may use together unless said: a small program costs a tenth, a mistake no fortune. */
export const DEFAULT_MAX_TOKENS = 500_000
/** The longest wait for another attempt that a provider may ask for: who wants more has no quota left. */
export const MAX_RETRY_AFTER_MS = 60 * 60 * 1000
/** The longest delay that a timer of Node takes: what ends later is not waited for with one. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1
