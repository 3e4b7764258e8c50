// HOST. The limits of what tools fetch, each with its reason.

/** Bytes of a page: it is held in memory, and of what a model is told anyway only the beginning is whole. */
export const FETCH_BYTES = 5 * 1024 * 1024
/** Milliseconds for a page with all its redirects: a model waits for it, and may try again. */
export const FETCH_TIMEOUT_MS = 30_000
/** From one URL to the next: browsers take twenty, and pages that mean well need two or three. */
export const FETCH_REDIRECTS = 5
/** Characters of a URL: what servers take at most. */
export const FETCH_URL_LENGTH = 8 * 1024
