// HOST. A bound on how many operations run at once; the others wait in order.

/** Runs the work when a slot is free, and passes its outcome on. */
export type ConcurrencyLimit = <T>(work: () => Promise<T>) => Promise<T>

export function limitConcurrency(slots: number): ConcurrencyLimit {
  let free = slots
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      // A slot is handed on rather than freed, so that nobody who comes later overtakes the first in line.
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
