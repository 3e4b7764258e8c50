// EFFECTS. A wait that nobody has to sit out.

/** Resolves after so many milliseconds, at an abort, or with `news`, whichever comes first; it never fails. */
export function rest(milliseconds: number, signal: AbortSignal, news?: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const rested = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', rested)
      resolve()
    }
    const timer = setTimeout(rested, milliseconds)
    signal.addEventListener('abort', rested)
    void news?.then(rested)
  })
}
