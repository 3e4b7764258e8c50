// HOST. What of Temporal's log a person sees: what agents log, and warnings. A run's own failures are shown as its result.
import { Runtime, type Logger, type LogLevel, type LogMetadata } from '@temporalio/worker'
import { messageOf } from '../../contract/errors'
import { preview } from '../../contract/json'
import { TOLD_ELSEWHERE } from '../../hosting/runtime'
import { say } from './output'

const SEVERITIES: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']
/** Fields that the SDK adds to what an agent logs. */
const SDK_FIELDS = [
  'sdkComponent',
  'taskQueue',
  'namespace',
  'attempt',
  'isLocal',
  'workflowId',
  'workflowRunId',
  'workflowType',
  'activityId',
  'activityType',
  'taskToken',
  'subtask',
  'error',
  // Core's own
  'target',
  'failure',
]

/** While the server is away the SDK reports every retry of every call. */
const RETRIED = /^gRPC call \w+ retried/
const SAY_AWAY_EVERY_MS = 60_000

let installed = false

/** Once a process, before anything connects. Signals are left to us: Ctrl-C detaches. `TROUPE_DEBUG` shows everything. */
export function installRuntime(): void {
  if (installed) return
  installed = true
  Runtime.install({
    logger: new WorkerLog(process.env['TROUPE_DEBUG'] ? 'DEBUG' : 'INFO'),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  })
}

class WorkerLog implements Logger {
  private saidAway = -Infinity

  constructor(private readonly least: LogLevel) {}

  log(level: LogLevel, message: string, meta: LogMetadata = {}): void {
    const ofAgent = meta['sdkComponent'] === 'activity'
    const least = ofAgent || this.least === 'DEBUG' ? this.least : 'WARN'
    if (SEVERITIES.indexOf(level) < SEVERITIES.indexOf(least)) return
    if (this.least !== 'DEBUG' && !ofAgent && TOLD_ELSEWHERE.includes(message)) return
    if (RETRIED.test(message) && this.least !== 'DEBUG') return this.away()
    const who = ofAgent ? `[${String(meta['subtask'] ?? 'agent')}] ` : ''
    const severity = level === 'INFO' ? '' : `${level.toLowerCase()}: `
    say(`${who}${severity}${message}${fields(meta)}`.replace(/\s*\n\s*/g, ' '))
  }

  private away(): void {
    const now = performance.now()
    if (now - this.saidAway < SAY_AWAY_EVERY_MS) return
    this.saidAway = now
    say('the server does not answer; the workers try again')
  }

  trace(message: string, meta?: LogMetadata): void {
    this.log('TRACE', message, meta)
  }

  debug(message: string, meta?: LogMetadata): void {
    this.log('DEBUG', message, meta)
  }

  info(message: string, meta?: LogMetadata): void {
    this.log('INFO', message, meta)
  }

  warn(message: string, meta?: LogMetadata): void {
    this.log('WARN', message, meta)
  }

  error(message: string, meta?: LogMetadata): void {
    this.log('ERROR', message, meta)
  }
}

/** What the line's author added to it: an agent, or the SDK with its reason. */
function fields(meta: LogMetadata): string {
  const { error, failure } = meta as { error?: unknown; failure?: unknown }
  const reason = typeof failure === 'string' ? coreReason(failure) : error === undefined ? '' : messageOf(error)
  const own = Object.entries(meta).filter(([key]) => !SDK_FIELDS.includes(key))
  return `${reason && `: ${reason}`}${own.length === 0 ? '' : ` ${preview(Object.fromEntries(own), 500)}`}`
}

/** Core tells a failure as Rust prints it; its message is the first text in it. */
function coreReason(failure: string): string {
  const reason = /message: "((?:[^"\\]|\\.)*)"/.exec(failure)?.[1] ?? preview(failure, 300)
  return reason.includes('TMPRL1100')
    ? `${reason}; the run was begun by another version of Troupe, and goes on with that one`
    : reason
}
