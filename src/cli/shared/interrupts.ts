// HOST. Ctrl-C and SIGTERM: before anything runs they end the process; then the first is told to whoever waits, so that
// what runs is handed back, and the second ends the process at once.
import { EXIT } from './exit-codes'

export interface Interrupts {
  /** Aborts at the first signal after `hold`. */
  signal: AbortSignal
  /** From now on there is something to be left in order. */
  hold(): void
}

export function listenForInterrupts(): Interrupts {
  const controller = new AbortController()
  let held = false
  const onSignal = (): void => {
    if (!held || controller.signal.aborted) process.exit(EXIT.detached)
    controller.abort()
  }
  const hold = (): void => {
    held = true
    // However we end now, by a reader that leaves for example: it is not done until someone says so
    process.exitCode = EXIT.detached
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal)
  return { signal: controller.signal, hold }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
