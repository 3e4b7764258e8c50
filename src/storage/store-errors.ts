// HOST. What a file system's refusal means for a store, and what to do about it.
import { messageOf, TroupeError } from '../contract/errors'

const ELSEWHERE = 'or set TROUPE_STORE to a directory elsewhere, then try again'
const IN_THE_WAY = {
  what: 'is not a directory',
  hint: `move away the file that is in its place, ${ELSEWHERE}`,
}
const FORBIDDEN = {
  what: 'may not be used by this user',
  hint: `let this user read and write it, ${ELSEWHERE}`,
}
const TOO_MANY_FILES = {
  what: 'cannot be used: too many files are open',
  hint: 'raise the limit of open files (ulimit -n), or run fewer agents at once, then try again',
}

const REASONS: Record<string, { what: string; hint: string }> = {
  ENOSPC: { what: 'is full: no space is left on its disk', hint: `free some space on it, ${ELSEWHERE}` },
  EDQUOT: { what: "is full: this user's disk quota is used up", hint: `remove files or raise the quota, ${ELSEWHERE}` },
  EROFS: { what: 'is on a read-only file system', hint: `mount it writable, ${ELSEWHERE}` },
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  ENOTDIR: IN_THE_WAY,
  EEXIST: IN_THE_WAY,
  ENOENT: { what: 'does not exist, or was removed', hint: `restore the directory, ${ELSEWHERE}` },
  EMFILE: TOO_MANY_FILES,
  ENFILE: TOO_MANY_FILES,
}

/** The code of a failed system call, `ENOSPC` for example; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error)) return undefined
  return String(error.code)
}

/** A failed system call as `StoreUnavailable`; any other error as it is. */
export function storeError(error: unknown, directory: string): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  const reason = REASONS[code] ?? { what: 'failed', hint: `repair what the message names, ${ELSEWHERE}` }
  return new TroupeError('StoreUnavailable', `the store ${directory} ${reason.what} (${messageOf(error)})`, {
    hint: reason.hint,
    retryable: true,
    cause: error,
  })
}
