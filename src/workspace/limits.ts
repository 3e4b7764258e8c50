// HOST. Every limit and timeout of snapshots, working copies, sandboxed commands and deliveries, each with its reason.

/** Bytes of one name: what Linux, macOS and Windows file systems take. */
export const SEGMENT_BYTES = 255
/** Bytes of a whole path: below what any of them takes, with room for the directory that it is materialised in. */
export const PATH_BYTES = 1_024
/** Names in a path: far above any source tree, far below what makes a walk recurse too deeply. */
export const PATH_DEPTH = 64

/** Files of a snapshot: a large repository; its list as JSON is 3 MB then. */
export const SNAPSHOT_FILES = 20_000
/** Bytes of one file: it is held in memory whole. */
export const FILE_BYTES = 64 * 1024 * 1024
/** Bytes of all files of a snapshot: it is copied for each check. */
export const SNAPSHOT_BYTES = 512 * 1024 * 1024
/** Bytes of a snapshot's own artifact: 20,000 files with paths of the usual length, several times over. */
export const SNAPSHOT_DOCUMENT_BYTES = 32 * 1024 * 1024
/** Problems that one message names: more would not be read, by people or by models. */
export const NAMED_PROBLEMS = 20
/** Files that are read or written at the same time: enough to hide the disk, far below the bound of open files. */
export const PARALLEL_FILES = 16

/** Lines that come and go in the difference of one file: beyond, matching takes minutes, and all are replaced. No time limit: the same files differ alike. */
export const DIFF_EDITS = 5_000
/** Lines that are unchanged around a change, as everybody's diff shows them. */
export const DIFF_CONTEXT = 3

/** Milliseconds for one sandboxed command, unless said: a test suite of a small program, on a slow machine. */
export const COMMAND_TIMEOUT_MS = 60_000
/** Memory of all its processes together, in MB: several Node processes with their heaps. */
export const COMMAND_MEMORY_MB = 1_024
/** Processes at the same time: a test runner with one process a file, and what those start. */
export const COMMAND_PROCESSES = 100
/** Threads for each process that the kernel allows: Node has about ten, a shell one. A fork bomb runs into this bound. */
export const THREADS_A_PROCESS = 5
/** Bytes printed before it counts as endless. */
export const COMMAND_PRINTED_BYTES = 8 * 1024 * 1024
/** Bytes kept of the end of what was printed: where test runners put their summary. */
export const COMMAND_KEPT_BYTES = 64 * 1024
/** Bytes of one file that it writes. */
export const COMMAND_FILE_BYTES = 256 * 1024 * 1024
/** MB on disk of the copy and the reports together, the copy's own files included. */
export const COMMAND_DISK_MB = 1_024
/** Files and directories in them: each costs the host an inode, however small it is. */
export const COMMAND_DISK_ENTRIES = 100_000
/** MB of a home that are copied for one command: logins and settings, and not years of transcripts with them. */
export const COMMAND_HOME_MB = 256
/** Open files of one process: above what test runners need; each pipe among them holds memory of the kernel. */
export const COMMAND_OPEN_FILES = 1_024
/** MB of its private /tmp, and of /dev/shm: they are memory, and no process's. */
export const COMMAND_TMP_MB = 256
export const COMMAND_SHARED_MB = 64
/** MB of all directories in memory among what a command is lent, together: caches of tools, of which most make one or two. */
export const COMMAND_LENT_MB = 64
/** Lower in the machine's order than the worker, which has to look how many there are. */
export const COMMAND_NICENESS = 10
/** Between two looks at its processes and their memory: what it can take in between is a fraction of the bounds. */
export const USAGE_POLL_MS = 100
/** Between two walks over its files, at least; a walk takes at most a tenth of the time. */
export const DISK_POLL_MS = 500
export const DISK_POLL_SHARE = 10
/** Directories of packages that one command is lent: a repository of that many packages, each with its own. */
export const LENT_DIRECTORIES = 300
/** Entries of such directories that are shown one by one: each is a mount, and 300 take a second or two. */
export const LENT_ENTRIES = 600
/** Milliseconds for a compiler to say where its packages are. */
export const TOOL_ANSWER_MS = 10_000
/** From the kill to giving up on a sandbox that does not go. */
export const SANDBOX_END_MS = 5_000
/** Milliseconds for the probe: it starts Node once. */
export const PROBE_TIMEOUT_MS = 20_000

/** Connections of one command through its proxy at a time: package managers open 15 to 50. */
export const PROXY_CONNECTIONS = 64
/** Milliseconds for a request's head to come, and for a host to answer that it is connected. */
export const PROXY_HEAD_MS = 15_000
/** Milliseconds in which nothing comes or goes: a server that thinks for longer is not waited for. */
export const PROXY_IDLE_MS = 120_000
/** Refused hosts that a result names: more would not be read. */
export const PROXY_TOLD_HOSTS = 20

/** Milliseconds for one git command: all of them work on objects that are on this disk. */
export const GIT_TIMEOUT_MS = 120_000
/** Bytes that one git command prints: a batch of files, or the largest of them. */
export const GIT_OUTPUT_BYTES = FILE_BYTES + 32 * 1024 * 1024
/** Bytes of files that are asked of git at once. */
export const GIT_BATCH_BYTES = 16 * 1024 * 1024
/** Bytes of a delivered run.json: the mark in it is looked for in no larger file. */
export const MARK_FILE_BYTES = 16 * 1024 * 1024
