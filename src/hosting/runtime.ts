// HOST. What the SDK says by itself in a program that serves agents: warnings, and nothing that a run tells anyway.
import { DefaultLogger, Runtime } from '@temporalio/worker'

/** The SDK reports each failed attempt, with a stack; ours are in the run's status and result. */
export const TOLD_ELSEWHERE = [
  'Workflow failed',
  'Activity failed',
  'No workflows registered, not polling for workflow tasks',
  'Failing legacy query request',
]

/** A program that has installed a Runtime keeps it, and with it its own logger. */
export function installQuietRuntime(): void {
  const logger = new DefaultLogger('WARN', ({ level, message, meta }) => {
    if (!TOLD_ELSEWHERE.includes(message)) console.error(`troupe: ${level}: ${message}`, meta?.['error'] ?? '')
  })
  try {
    Runtime.install({
      logger,
      telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
    })
  } catch {
    // Installed already: by the program, or by an earlier call
  }
}
