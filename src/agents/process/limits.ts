// HOST. Every limit and timeout of the processes that run agent code, each with its reason.

/** From SIGTERM to SIGKILL: enough to remove a lock file, short enough that a cancelled run feels cancelled. */
export const KILL_GRACE_MS = 1_000
/** From SIGKILL to giving up on what survives it (stuck in the kernel, or another user's): an abort is answered within 5 s. */
export const KILL_LIMIT_MS = 3_000
/** Between two looks at the process table; one costs about 5 ms for a hundred processes. */
export const SCAN_INTERVAL_MS = 25
/** A look may take at most this part of the time (a fifth), however many processes there are. */
export const SCAN_SHARE = 5
/** Processes that are read before other work gets its turn. */
export const SCAN_SLICE = 100
/** The watchdog gives up this long after its worker's end: by then only unkillable processes are left. */
export const WATCHDOG_LIMIT_MS = 60_000
/** Looks in a row that must find nothing: a process between fork and exec does not carry its marker yet. */
export const WATCHDOG_QUIET_LOOKS = 8
/** Before a lost watchdog is replaced: a machine that cannot keep one alive is not asked in a tight loop. */
export const WATCHDOG_RESTART_MS = 100

/** Bytes of standard output that are kept of a command; what is larger belongs into a file or an artifact. */
export const COMMAND_OUTPUT_BYTES = 10 * 1024 * 1024
/** Bytes of standard error that are kept for a failure's message: a failure is cut at 4 KB by Temporal. */
export const STDERR_TAIL_BYTES = 1_024
/** The same of an isolated agent: Node's report of an exhausted heap is longer than what a message quotes. */
export const CRASH_STDERR_BYTES = 8 * 1024
/** Characters of output that are quoted when it is refused. */
export const QUOTED_OUTPUT = 200
/** Silence after a process's end that means nobody writes any more into a pipe that something still holds open. */
export const PIPE_SILENCE_MS = 300
/** Longest wait for such a pipe, if something that cannot be killed goes on writing. */
export const PIPE_LIMIT_MS = 5_000
/** Between two looks whether a pipe is silent. */
export const PIPE_POLL_MS = 50

/** Heap of an isolated agent in MB, unless it says otherwise: many of them fit a machine, and few agents need more. */
export const ISOLATED_MEMORY_MB = 512
/** Resident memory, as a multiple of the heap's bound, above which an isolated agent is killed: buffers are no heap. */
export const RESIDENT_FACTOR = 2
/** What is allowed above the heap's bound in any case, in MB: Node with a loaded module has 60–100 resident before any work. */
export const RESIDENT_BASE_MB = 128
/** The part of its allowed memory above which a process is not kept: the next execution would pay for the last. */
export const KEPT_SHARE = 0.75
/** Between two looks at the memory of an isolated agent: what it can take in between is a fraction of the bound. */
export const MEMORY_POLL_MS = 250
/** From the abort to the end of an isolated agent that answers but does not settle: any agent has 5 s, its killing included. */
export const SETTLE_GRACE_MS = 4_000
/** An isolated agent that has not answered a ping this long after the abort is blocked, and will not settle. */
export const PING_MS = 1_000
/** Child processes of an agent that are kept ready, if it may have so many: one may end, or be busy, and the next task is not late. */
export const WARM_PROCESSES = 2
/** An idle child process beyond those is kept this long: starting one costs 50–200 ms, keeping one 40 MB. */
export const IDLE_MS = 60_000
/** Executions after which a child process is replaced, unless the agent says otherwise: what each leaves behind adds up. */
export const RECYCLE_AFTER = 100
/** Processes that are started in advance at a time: they must not hold up those that are waited for, nor the worker's own start. */
export const WARMED_AT_ONCE = 1
/** So long a process may take to load its agent before the next one is started in advance. */
export const WARMING_MS = 10_000
/** A process that ends by itself within this time, without an execution, counts as one that could not start; one that is ready after it has started well. */
export const STEADY_MS = 5_000
/** Until the next start in advance after one that failed; doubled with each further one in a row. */
export const RESTART_MS = 1_000
/** At most: whoever has mended the module does not wait long. */
export const MAX_RESTART_MS = 60_000
/** Failed starts in a row from which on executions fail at once, instead of starting one more process in vain. */
export const FAILED_STARTS = 3
/** Bytes of an isolated agent's output as JSON: the same bound as a command's. */
export const ISOLATED_OUTPUT_BYTES = COMMAND_OUTPUT_BYTES
/** Characters of one line that is relayed from an agent's output; a longer one is split. */
export const RELAYED_LINE = 8_192
