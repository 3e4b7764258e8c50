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

/** Milliseconds for the difference of one file: two large files without a common line would take minutes. */
export const DIFF_TIMEOUT_MS = 2_000
/** Lines that are unchanged around a change, as everybody's diff shows them. */
export const DIFF_CONTEXT = 3
