// HOST. Ctrl-C and SIGTERM: the first is told to whoever waits, the second ends the process at once.
import { EXIT } from './exit-codes'

export interface Interrupts {
  /** Aborts at the first signal. */
  signal: AbortSignal
  /** Leaves signals to Node again, which ends the process. */
  stop(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

export function listenForInterrupts(): Interrupts {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.detached)
    controller.abort()
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  return { signal: controller.signal, stop: () => SIGNALS.forEach((name) => process.off(name, onSignal)) }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
